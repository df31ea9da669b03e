"""Make language/model/identify.npz and the restored forms, from the project's own texts and word lists. Seeded; a minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import yaml
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from language.canonical import canonical
from language.identify import BUCKETS, LANGUAGES, grams
from language.variants import spellings, typos

ROOT = Path(__file__).resolve().parent.parent
OUT = ROOT / "language" / "model"
MOST_FORMS = 60_000
DIACRITICS = frozenset("əıöüşçğ")


def texts(language: str) -> Iterator[str]:
    """Our messages in one language: disclosures and everything else."""
    for path in sorted((ROOT / "data" / "triage" / language).glob("*.yml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8")):
            yield from group["messages"]
    for path in sorted((ROOT / "data" / "nlu" / language).glob("*.yml")):
        for intent in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]:
            yield from (line.removeprefix("- ") for line in str(intent.get("examples", "")).splitlines())


def styled(language: str) -> Iterator[str]:
    for number, text in enumerate(texts(language)):
        yield text
        yield typos(text, 0.05, number)
        yield " ".join(text.split()[:3])
        yield from (spell(text) for spell in spellings(language))


def identifier() -> None:
    others = yaml.safe_load((ROOT / "data" / "lexicon" / "other-languages.yml").read_text(encoding="utf-8"))
    rows = {"az": list(styled("az")), "ru": list(styled("ru"))}
    for language in ("tr", "en"):
        rows[language] = [
            form for text in others[language] for form in (text, text.lower(), " ".join(text.split()[:4]))
        ]
    labels = np.concatenate([np.full(len(rows[name]), number) for number, name in enumerate(LANGUAGES)])
    matrix = _matrix([text for name in LANGUAGES for text in rows[name]])
    model = LogisticRegression(C=20.0, max_iter=400, class_weight="balanced").fit(matrix, labels)
    bias = model.intercept_.astype(np.float32)
    np.savez_compressed(OUT / "identify.npz", weights=model.coef_.astype(np.float16), bias=bias)
    print(f"identify: {matrix.shape[0]} texts, fits {model.score(matrix, labels):.4f}")


def _matrix(rows: list[str]) -> csr_matrix:
    places, counts, ends = [], [], [0]
    for text in rows:
        where, how_often = grams(text)
        places.append(where)
        counts.append(how_often)
        ends.append(ends[-1] + len(where))
    return csr_matrix((np.concatenate(counts), np.concatenate(places), ends), shape=(len(rows), BUCKETS))


def forms() -> None:
    """The commonest form of each skeleton: words of our own texts first, then the frequency list's order."""
    known = (ROOT / "data" / "lexicon" / "az-words.txt").read_text(encoding="utf-8").split()
    known = [word for word in known if word.isalpha()]
    for language, listed in (("az", known), ("ru", [])):
        own = Counter(word for text in _own_texts(language) for word in _words(text, language))
        # A word of ours seen once may itself be typed without its diacritics: only those with some, or seen often, lead.
        trusted = [word for word, seen in own.most_common() if language == "ru" or DIACRITICS & set(word)]
        chosen: dict[str, str] = {}
        for word in [*trusted, *listed]:
            chosen.setdefault(canonical(word), word)
        lines = [f"{key} {form}\n" for key, form in list(chosen.items())[:MOST_FORMS] if key and key != form]
        (OUT / f"forms-{language}.txt").write_text("".join(lines), encoding="utf-8")
        print(f"forms {language}: {len(lines)}")


def _own_texts(language: str) -> Iterator[str]:
    yield from texts(language)
    for path in sorted((ROOT / "data" / "content").glob("*.yml")):
        item = yaml.safe_load(path.read_text(encoding="utf-8"))[language]
        for part in ("telegram", "sms"):
            yield from item[part] if isinstance(item[part], list) else [item[part]]


def _words(text: str, language: str) -> Iterator[str]:
    for raw in text.replace("İ", "i").replace("I", "ı" if language == "az" else "I").lower().split():
        word = raw.strip(".,!?…:;\"'«»()-–—")
        cyrillic = any("\u0400" <= letter <= "\u04ff" for letter in word)
        if word.isalpha() and cyrillic == (language == "ru"):
            yield word


if __name__ == "__main__":
    forms()
    identifier()
