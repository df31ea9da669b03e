"""What time does in supervision: blocks end, load is counted, reviews are drawn, and people are asked whether it helped."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from helpline.afterwards import ask_afterwards
from helpline.blocks import end_blocks
from helpline.ports import Unit
from helpline.reviews import draw_reviews
from helpline.turns import Parts
from helpline.wellbeing import weigh


def supervise(unit: Unit, parts: Parts, now: datetime) -> Counter[str]:
    """Do all of it that is due; return how many of each."""
    done = weigh(unit, now)
    done["blocks_over"] += end_blocks(unit, now)
    done["reviews_drawn"] += draw_reviews(unit, now)
    done["asked_afterwards"] += ask_afterwards(unit, parts.book, now)
    return +done
