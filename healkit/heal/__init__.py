"""The loop: a failure is diagnosed, a fix applied, the command run again; what did not help is taken back.

One run is one transaction of rounds. A round stays provisionally when its failure is gone and what remains lies later. At
the end the command must exit with 0; otherwise the longest prefix of rounds after which everything that remains was
there from the beginning stays (`unresolved`), and the rest is put back. `journal` alone writes.
"""

from __future__ import annotations

import time

from .. import child, fixers, journal, project, verify
from ..records import HealkitError, Record
from .consent import Consent

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ..fixers import Proposal
    from ..records import CommandResult, Diagnosis, Plan

__all__ = ["Consent", "Healing", "Limits", "Scene", "Tried", "heal"]

DIAGNOSES = 8
"""How many diagnoses of one output are asked for fixes, best first."""
SEEN = 200
"""How many diagnoses of one output are compared with those after a fix."""
INTERRUPTED = (130, 143)


class Limits(Record):
    """How much is tried: rounds, fixes for one fingerprint, seconds of healing in all."""

    rounds: int = 10
    attempts: int = 2
    seconds: float = 300.0


class Scene(Record):
    """A failed command and the means to deal with it.

    `repeat(argv, environ, timeout)` runs a command as the first one ran and returns its result. `diagnose` returns
    everything found in a result and the plans for it. `tell` says what is being done. `on_fault` is told of a fixer that
    stumbles; the others go on. `proof` is the command of `--verify`. `may_repeat` False: nothing is run, so nothing is
    applied.
    """

    result: CommandResult
    diagnoses: Sequence[Diagnosis]
    plans: Sequence[Plan]
    argv: Sequence[str]
    root: str
    cwd: str
    repeat: Callable[[Sequence[str], Mapping[str, str | None], float], CommandResult]
    diagnose: Callable[[CommandResult], tuple[list[Diagnosis], list[Plan]]]
    indicators: Callable[[Diagnosis], Sequence[str]]
    tell: Callable[[str, Proposal | None], None]
    on_fault: Callable[[str, Exception], None] | None = None
    consent: Consent = Consent()
    limits: Limits = Limits()
    proof: Sequence[str] = ()
    may_repeat: bool = True


class Tried(Record):
    """One proposal and what became of it.

    `applied`: it stands now; `verified`: the command passes with it; `attempted`: it was carried out and taken back;
    `refused`: policy or the journal forbids it. `note` says why it does not stand.
    """

    proposal: Proposal
    diagnosis: Diagnosis
    applied: bool = False
    verified: bool = False
    attempted: bool = False
    refused: bool = False
    note: str = ""


class Healing(Record):
    """How it ended. `result` is the last run; `undo` the journal's entry of what stands, empty when nothing does."""

    outcome: str
    tried: Sequence[Tried] = ()
    exit_codes: Sequence[int] = ()
    result: CommandResult | None = None
    message: str = ""
    undo: str = ""
    left: Sequence[journal.Left] = ()
    duration_ms: int = 0


class _Round(Record):
    """A round that stands provisionally: its place in `tried`, its step of the journal (-1: none), what it leads to."""

    tried: int
    step: int
    result: CommandResult
    diagnoses: Sequence[Diagnosis]
    plans: Sequence[Plan]
    environ: Mapping[str, str | None]
    argv: Sequence[str]


def heal(scene: Scene) -> Healing:
    """Try to heal a failure; the tree is healed afterwards, or as it was, or better by the rule above.

    Raises:
        HealkitError: another healkit is at work in this project, or the state cannot be written.
    """
    began = time.monotonic()
    if scene.consent.dry or not scene.may_repeat:
        tried, refused = _only_look(scene)
        outcome = "suggested" if tried else "unresolved"
        why = "" if scene.may_repeat else "this command is never repeated; --verify COMMAND names one that proves a fix"
        return Healing(outcome=outcome, tried=tried, message=why or refused, exit_codes=(_code(scene.result),))
    with journal.open_journal(scene.root) as opened:
        transaction = opened.begin(scene.result.command)
        attempt = _Attempt(scene, transaction)
        try:
            attempt.rounds()
            healing = attempt.finish()
        except BaseException:
            transaction.take_back()
            raise
    return healing.replace(duration_ms=int((time.monotonic() - began) * 1000))


def _code(result: CommandResult) -> int:
    return result.exit_code if result.exit_code is not None else -1


def _only_look(scene: Scene) -> tuple[list[Tried], str]:
    """Return every proposal, none of them applied, and why the first sure one is refused, where it is."""
    found: dict[str, Tried] = {}
    refusal = ""
    for diagnosis, proposal in proposals(scene, scene.result, scene.argv, scene.diagnoses, scene.plans):
        why, refused = scene.consent.refusal(proposal, diagnosis) if proposal.sure else ("", False)
        refusal = refusal or why
        found.setdefault(proposal.key, Tried(proposal=proposal, diagnosis=diagnosis, refused=refused, note=why))
    return _without_repeats(list(found.values())), refusal


def proposals(
    scene: Scene,
    result: CommandResult,
    argv: Sequence[str],
    diagnoses: Sequence[Diagnosis],
    plans: Sequence[Plan],
) -> Iterator[tuple[Diagnosis, Proposal]]:
    """Yield what the fixers propose for a failure, diagnosis by diagnosis, best first; an untrusted entry gets nothing."""
    facts = project.examine(scene.root)
    words = fixers.words_of(argv)
    for diagnosis, plan in list(zip(diagnoses, plans, strict=False))[:DIAGNOSES]:
        if not diagnosis.trusted:
            continue
        case = fixers.Case(
            diagnosis=diagnosis,
            diagnoses=diagnoses,
            plan=plan,
            result=result,
            root=scene.root,
            cwd=scene.cwd,
            argv=words,
            facts=facts,
        )
        for proposal in fixers.propose(case, scene.on_fault):
            yield diagnosis, proposal


def _without_repeats(tried: list[Tried]) -> list[Tried]:
    """Leave away what says nothing new: steps of a guide whose command or edit is shown anyway, the same title twice."""
    out: list[Tried] = []
    seen: set[str] = set()
    for one in tried:
        fix = one.proposal.fix
        shown = fix.command or fix.diff or "\n".join(fix.steps)
        if one.applied or shown not in seen:
            out.append(one)
        seen.add(shown)
    return out


class _Attempt:
    """The rounds of one transaction."""

    def __init__(self, scene: Scene, transaction: journal.Transaction) -> None:
        self.scene, self.transaction = scene, transaction
        self.ends = time.monotonic() + scene.limits.seconds
        self.tried: list[Tried] = []
        self.keys: set[str] = set()
        self.counts: dict[str, int] = {}
        self.stood: list[_Round] = []
        self.codes = [_code(scene.result)]
        self.message = ""
        self.passed = self.interrupted = False
        self.left: list[journal.Left] = []
        self.now = _Round(
            tried=-1,
            step=-1,
            result=scene.result,
            diagnoses=scene.diagnoses,
            plans=scene.plans,
            environ={},
            argv=scene.argv,
        )

    # -- the loop

    def rounds(self) -> None:
        """Try one fix after the other until the command passes or nothing is left to try."""
        used = 0
        while used < self.scene.limits.rounds and not self.passed and not self.interrupted:
            found = self._next()
            if found is None:
                return
            used += 1
            self._try(*found)
            if time.monotonic() >= self.ends and not self.passed:
                self.message = f"out of time ({self.scene.limits.seconds:.0f} s of healing)"
                return

    def _next(self) -> tuple[Diagnosis, Proposal] | None:
        """Return the next sure proposal that may be applied; what may not is noted as a suggestion."""
        here = self.now
        for diagnosis, proposal in proposals(self.scene, here.result, here.argv, here.diagnoses, here.plans):
            if proposal.key in self.keys:
                continue
            worn_out = self.counts.get(diagnosis.fingerprint, 0) >= self.scene.limits.attempts
            if proposal.sure and worn_out:
                continue
            self.keys.add(proposal.key)
            why, refused = self.scene.consent.refusal(proposal, diagnosis) if proposal.sure else ("", False)
            if proposal.sure and not why and self._is_wanted(proposal):
                return diagnosis, proposal
            self.tried.append(Tried(proposal=proposal, diagnosis=diagnosis, refused=refused, note=why))
        return None

    def _is_wanted(self, proposal: Proposal) -> bool:
        return self.scene.consent.ask is None or self.scene.consent.ask(proposal)

    def _try(self, diagnosis: Diagnosis, proposal: Proposal) -> None:
        """Apply one proposal and run the command; keep the round if it passes or got further, else take it back."""
        self.counts[diagnosis.fingerprint] = self.counts.get(diagnosis.fingerprint, 0) + 1
        self.scene.tell("try", proposal)
        try:
            step, fault = self._apply(proposal)
        except HealkitError as error:
            self.tried.append(Tried(proposal=proposal, diagnosis=diagnosis, refused=True, note=error.what))
            return
        if fault:
            self._take_back(step)
            self.tried.append(Tried(proposal=proposal, diagnosis=diagnosis, attempted=True, note=fault))
            return
        before = self.now
        environ = {**before.environ, **proposal.environ}
        argv = proposal.rerun or before.argv
        after = self._run(argv, environ, proposal.pauses)
        verdict = verify.judge(
            self.scene.result, after, self.scene.indicators(diagnosis), same=not self.scene.proof and not proposal.rerun
        )
        place = len(self.tried)
        if verdict.passed:
            self.passed = True
            self.tried.append(Tried(proposal=proposal, diagnosis=diagnosis, applied=True))
            self.stood.append(before.replace(tried=place, step=step, result=after, environ=environ, argv=argv))
            return
        diagnoses, plans = self.scene.diagnose(after) if after.exit_code else ([], [])
        further = verify.got_further(before.result, after, diagnosis, before.diagnoses, diagnoses)
        if further and not self.interrupted and not proposal.pauses:
            self.tried.append(Tried(proposal=proposal, diagnosis=diagnosis, applied=True))
            self.now = _Round(
                tried=place, step=step, result=after, diagnoses=diagnoses, plans=plans, environ=environ, argv=argv
            )
            self.stood.append(self.now)
            return
        self._take_back(step)
        note = verdict.why or "it did not help"
        self.tried.append(Tried(proposal=proposal, diagnosis=diagnosis, attempted=True, note=note))

    def _apply(self, proposal: Proposal) -> tuple[int, str]:
        """Carry a proposal out; return its step of the journal (-1: it needs none) and what went wrong."""
        if proposal.changes:
            return self.transaction.apply(proposal.changes, proposal.fix.title, self.scene.consent.protects), ""
        if proposal.run is not None:
            step, ran = self.transaction.run(proposal.run, proposal.fix.title, max(1.0, self.ends - time.monotonic()))
            return step, "" if ran.exit_code == 0 else _fault_of(ran)
        return -1, ""

    def _run(self, argv: Sequence[str], environ: Mapping[str, str | None], pauses: Sequence[float]) -> CommandResult:
        after = self.now.result
        for pause in pauses or (0.0,):
            if pause:
                time.sleep(min(pause, max(0.0, self.ends - time.monotonic())))
            after = self.scene.repeat(self.scene.proof or argv, environ, max(1.0, self.ends - time.monotonic()))
            self.codes.append(_code(after))
            self.interrupted = after.exit_code in INTERRUPTED
            if after.exit_code == 0 or self.interrupted or time.monotonic() >= self.ends:
                break
        return after

    def _take_back(self, step: int) -> None:
        if step >= 0:
            self.left += self.transaction.take_back(step)

    # -- the end

    def finish(self) -> Healing:
        """Keep what healed, or the longest good prefix; put the rest back; say how it ended.

        A run in other words or another environment proves a remedy and heals nothing: the command as given still fails.
        """
        if self.passed and not any(self._is_other(one) for one in self.stood):
            self._verify_all()
            steps = [one.step for one in self.stood if one.step >= 0]
            self.transaction.keep()
            return self._healing("healed", self.stood[-1].result, self.transaction.id if steps else "")
        kept = 0 if self.interrupted else self._good_prefix()
        gone = self.stood[kept:]
        steps = [one.step for one in gone if one.step >= 0]
        if steps:
            self._take_back(min(steps))
        for one in gone:
            proven = self.passed and self._is_other(one) and one.step < 0
            note = "" if proven else "taken back: the command still fails"
            self.tried[one.tried] = self.tried[one.tried].replace(
                applied=False, attempted=not proven, verified=proven, note=note
            )
        stands = [one for one in self.stood[:kept] if one.step >= 0]
        if stands:
            self.transaction.keep()
        else:
            self.left += self.transaction.take_back()
        result = self.stood[kept - 1].result if kept else self.scene.result
        return self._healing(self._outcome(bool(stands)), result, self.transaction.id if stands else "")

    def _verify_all(self) -> None:
        for one in self.stood:
            self.tried[one.tried] = self.tried[one.tried].replace(verified=True)

    def _good_prefix(self) -> int:
        """Return how many rounds stay: the most after which everything that remains was there from the beginning."""
        first = {diagnosis.fingerprint for diagnosis in self.scene.diagnoses}
        for count in range(len(self.stood), 0, -1):
            rest = {diagnosis.fingerprint for diagnosis in self.stood[count - 1].diagnoses}
            if rest and rest <= first and not self._is_other(self.stood[count - 1]):
                return count
        return 0

    def _is_other(self, one: _Round) -> bool:
        """Tell whether a round ran in another environment or other words than the command that was given."""
        return bool(one.environ) or (not self.scene.proof and tuple(one.argv) != tuple(self.scene.argv))

    def _outcome(self, stands: bool) -> str:
        if stands:
            return "unresolved"
        if any(one.verified for one in self.tried):
            return "suggested"
        if any(one.attempted for one in self.tried):
            return "rolled_back"
        refused = next((one.note for one in self.tried if one.refused), "")
        if refused:
            self.message = self.message or refused
            return "refused"
        return "suggested" if self.tried else "unresolved"

    def _healing(self, outcome: str, result: CommandResult, undo: str) -> Healing:
        tried = _without_repeats(self.tried) if outcome != "healed" else [one for one in self.tried if one.applied]
        return Healing(
            outcome=outcome,
            tried=tried,
            exit_codes=tuple(self.codes),
            result=result,
            message=self.message,
            undo=undo,
            left=tuple(self.left),
        )


def _fault_of(ran: child.Ran) -> str:
    """Return in one line what an installer said when it failed."""
    if ran.exit_code == child.TIMED_OUT:
        return "out of time"
    lines = [line.strip() for line in ran.text.split("\n") if line.strip()]
    told = next((line for line in lines if "error" in line.lower()), lines[-1] if lines else "")
    return f"exit code {ran.exit_code}: {told[:200]}" if told else f"exit code {ran.exit_code}"
