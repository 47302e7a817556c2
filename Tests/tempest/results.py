"""What stestr says of the tests, as it runs and at its end."""
import collections
import re
import sys

import subunit
import testtools

import lists


class Outcome(testtools.StreamResult):
    """The results by the tests' names, and by their class where its set-up or clean-up did not work."""

    def __init__(self, count):
        super().__init__()
        self.count = count
        self.tests = {}
        self.seconds = {}
        self.classes = {}
        self.unclean = {}
        self.done = collections.Counter()

    def take(self, test):
        name, status = test["id"], test["status"]
        if status in ("exists", "inprogress"):
            return
        details = {key: content.as_text() for key, content in test["details"].items()
                   if content.content_type.type == "text"}
        found = re.fullmatch(r"(setUpClass|tearDownClass) \((.*)\)", name)
        if found and found[1] == "setUpClass":
            self.classes[found[2]] = (status, details)
        elif found:
            self.unclean[found[2]] = details
        else:
            self.tests[name] = (status, details)
            start, end = test["timestamps"]
            self.seconds[name] = (end - start).total_seconds()
        self.done[status] += 1
        self.show()

    def show(self):
        if sys.stdout.isatty():
            of = f"/{self.count}" if self.count else ""
            parts = ", ".join(f"{number} {status}" for status, number in sorted(self.done.items()))
            print(f"\r{sum(self.done.values())}{of}: {parts}\033[K", end="", flush=True)

    def find(self, name):
        """The status and the details of a test, or of its class."""
        return self.tests.get(name) or self.classes.get(group_of(name)) or ("missing", {})

    def verdict(self, name):
        """`success`, `fail`, `skip`, or `missing` where it did not run."""
        return self.find(name)[0]


def group_of(name):
    """The class of a test."""
    return name.split("[")[0].rpartition(".")[0]


def line_of(details):
    """Why a test failed or was skipped, in a line."""
    text = details.get("reason") or "\n".join(text for key, text in details.items() if key.startswith("traceback"))
    lines = [line.strip() for line in text.splitlines() if line and not line.startswith((" ", "Traceback"))]
    return " ".join(lines)[:400] or "it did not run"


def read(stream, count):
    """Takes a subunit stream to its end."""
    outcome = Outcome(count)
    result = testtools.StreamToDict(outcome.take)
    result.startTestRun()
    subunit.ByteStreamToStreamResult(stream, non_subunit_name="stdout").run(result)
    result.stopTestRun()
    if sys.stdout.isatty():
        print()
    return outcome


def write(outcome, path):
    """All that the tests that did not pass say."""
    with open(path, "w") as file:
        file.write("The slowest:\n")
        for name in sorted(outcome.seconds, key=outcome.seconds.get, reverse=True)[:20]:
            file.write(f"{outcome.seconds[name]:6.1f} s {name}\n")
        for name, (status, details) in sorted({**outcome.classes, **outcome.tests}.items()):
            if status != "success":
                file.write(f"== {status} {name}\n")
                for key, text in details.items():
                    file.write(f"-- {key}\n{text}\n")


def report(outcome, wanted, verbose):
    """Prints the table; 1 where a test that must pass did not."""
    wanted = set(outcome.tests if wanted is None else wanted)
    expected = [name for name in lists.expected() if name in wanted]
    later = [name for name in lists.later() if name in wanted]
    rest = sorted(wanted - set(expected) - set(later))
    print(f"{'':28} {'tests':>5} {'pass':>5} {'fail':>5} {'skip':>5} {'not run':>7}")
    for title, names in (("must pass (expected.txt)", expected), ("not due (later.txt)", later), ("the others", rest)):
        count = collections.Counter(outcome.verdict(name) for name in names)
        passed, failed, skipped, missing = (count[verdict] for verdict in ("success", "fail", "skip", "missing"))
        print(f"{title:28} {len(names):5} {passed:5} {failed:5} {skipped:5} {missing:7}")
    passing = [name for name in later + rest if outcome.verdict(name) == "success"]
    if passing:
        print("Pass, and are not in expected.txt (--record adds those of neutron.txt):", *passing, sep="\n  ")
    if verbose:
        explain(outcome, [name for name in later + rest if name not in passing])
    broken = [name for name in expected if outcome.verdict(name) != "success"]
    unclean = sorted({group_of(name) for name in expected} & outcome.unclean.keys())
    if broken or unclean:
        print(f"FAILED: {len(broken)} of {len(expected)} tests that must pass, the clean-up of {len(unclean)} classes")
        explain(outcome, broken)
        for group in unclean:
            print(f"  {group}\n    clean-up: {line_of(outcome.unclean[group])}")
    return 1 if broken or unclean else 0


def explain(outcome, names):
    for name in names:
        status, details = outcome.find(name)
        print(f"  {name}\n    {status}: {line_of(details)}")
