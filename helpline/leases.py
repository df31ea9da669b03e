"""What a killed process held is taken up as soon as another starts, not only when its lease is over."""

from __future__ import annotations

from collections.abc import Callable

from helpline.ports import Bell, Clock, Store


def free_left(is_dead: Callable[[str], bool], store: Store, clock: Clock, bell: Bell) -> int:
    """End the leases of processes that are dead; `is_dead` is given the first part of a lease. Return how many there were."""
    with store.unit() as unit:
        leases = unit.leases(clock.now())
        left = tuple(lease for lease in leases if is_dead(lease.partition(":")[0]))
        freed = unit.end_leases(left, clock.now()) if left else 0
    if freed:
        for name in ("turns", "outbox"):
            bell.ring(name)
    return freed
