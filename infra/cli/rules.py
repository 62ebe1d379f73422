"""`offsite rules …`: what cameras look for, in words, and whether a rule book is sound."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final

import typer

from detectors.posts import threshold_for
from detectors.rulebook import BASE, read_rules
from detectors.rules import Rule
from detectors.wording import in_words, threshold_words, title_of
from handlers.decisions.law.words import DANGERS
from handlers.decisions.line import Line
from handlers.decisions.policy import Policy
from infra import opening
from infra.cli.policies import tell_line
from infra.cli.rule_trial import try_rules
from infra.cli.telling import OUT, AsJson, Exit, errors_told, tell_json
from infra.settings import Settings
from schemas.errors import InvalidValueError, RefusedError
from schemas.matter import MatterKey
from schemas.words import Words

rules_app = typer.Typer(help="What cameras look for: rule books.", no_args_is_help=True)
rules_app.command("try")(try_rules)

_NOBODY: Final = Words("政策包没有此事项：由人工研判", "no row in the pack: a person sorts it")


@rules_app.command("explain")
def explain_rules(
    rule: Annotated[str | None, typer.Argument(help="Its id, or how that begins: V02.")] = None,
    rules: Annotated[Path, typer.Option(help="Rule book.")] = BASE,
    policy: Annotated[
        str | None, typer.Option(help="Another pack than that of OFFSITE_POLICY.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say in words what each rule looks for, where, and for how long, in both languages."""
    settings = Settings()
    with errors_told():
        pack = opening.policy(settings, policy)
        wanted = _wanted(rule, read_rules(_text(rules), name=rules.name))
        told = [(each, list(_lines(each, pack))) for each in wanted]
    for each, lines in told:
        if as_json:
            tell_json(_json(each, lines, pack))
            continue
        for line in lines:
            tell_line(line)
        OUT.print()


@rules_app.command("check")
def check_rules(
    file: Annotated[Path, typer.Argument(help="Rule book.")], as_json: AsJson = False
) -> None:
    """Say whether a rule book is sound. Exit code 2 with rule, key, expected and got, if not."""
    settings = Settings()
    if not as_json:
        with errors_told():
            rules, digest = _checked(file, settings)
        OUT.print(f"{file} is sound: {len(rules)} rules, sha256 {digest}", highlight=False)
        return
    try:
        rules, digest = _checked(file, settings)
    except RefusedError as error:
        tell_json({"rules": str(file), "sound": False, "fault": str(error)})
        raise typer.Exit(Exit.CALLERS_MISTAKE) from error
    except InvalidValueError as error:
        place = {"field": error.field, "expected": error.expected, "got": error.got}
        tell_json({"rules": str(file), "sound": False, **place})
        raise typer.Exit(Exit.CALLERS_MISTAKE) from error
    ids = [each.id for each in rules]
    tell_json({"rules": str(file), "sound": True, "sha256": digest, "ids": ids})


def _checked(file: Path, settings: Settings) -> tuple[Sequence[Rule], str]:
    """Each rule has a threshold under the settings' pack too."""
    text = _text(file)
    rules, pack = read_rules(text, name=file.name), opening.policy(settings)
    for rule in rules:
        _threshold(rule, pack)
    return rules, hashlib.sha256(text.encode()).hexdigest()


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError as error:
        raise RefusedError(f"rule book {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise InvalidValueError(
            expected="text in UTF-8", got=f"other bytes at {error.start}", field=file.name
        ) from error


def _wanted(text: str | None, rules: Sequence[Rule]) -> Sequence[Rule]:
    if text is None:
        return rules
    begins = text.casefold()
    exact = [rule for rule in rules if rule.id.casefold() == begins]
    found = exact or [rule for rule in rules if rule.id.casefold().startswith(begins)]
    if not found:
        known = ", ".join(rule.id for rule in rules)
        raise InvalidValueError(expected=f"one of {known}", got=text, field="rule")
    return found


def _lines(rule: Rule, pack: Policy) -> Iterator[Line]:
    yield Line(label=Words("规则", "rule"), text=title_of(rule))
    yield from _matter(rule, pack)
    yield Line(label=Words("停留", "has to stay"), text=threshold_words(_threshold(rule, pack)))
    yield from (Line(label=said.label, text=said.text) for said in in_words(rule))
    for danger in sorted(rule.dangers):
        yield Line(label=Words("险情", "danger"), text=DANGERS[danger])


def _matter(rule: Rule, pack: Policy) -> Iterator[Line]:
    row, label = pack.matter(rule.matter), Words("事项", "matter")
    if row is None:
        yield Line(
            label=label, text=Words(f"{rule.matter}，{_NOBODY.zh}", f"{rule.matter}, {_NOBODY.en}")
        )
        return
    yield Line(
        label=label,
        text=Words(f"{row.title_zh} {row.key}", f"{row.title_en} {row.key}"),
        clause=row.clause,
        certainty=row.certainty,
    )


def _threshold(rule: Rule, pack: Policy) -> timedelta:
    def of_the_pack(key: MatterKey) -> timedelta | None:
        row = pack.matter(key)
        return None if row is None else row.dwell_threshold

    return threshold_for(rule, of_the_pack, pack=pack.name)


def _json(rule: Rule, lines: Sequence[Line], pack: Policy) -> dict[str, object]:
    return {
        "rule": rule.id,
        "pack": pack.name,
        "matter": str(rule.matter),
        "in_pack": pack.matter(rule.matter) is not None,
        "threshold_s": _threshold(rule, pack).total_seconds(),
        "zones": sorted(rule.zone_kinds),
        "things": sorted(rule.things),
        "lines": [asdict(line) for line in lines],
    }
