"""neutron.txt, the tests that a real Neutron passes; of those, expected.txt, what must pass, and later.txt, not due."""
import pathlib

HERE = pathlib.Path(__file__).resolve().parent


def _read(name):
    lines = (HERE / name).read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def neutron():
    return _read("neutron.txt")


def expected():
    return _read("expected.txt")


def later():
    return _read("later.txt")


def check():
    """Refuses lists that contradict each other."""
    strangers = sorted(set(expected() + later()) - set(neutron())) + sorted(set(expected()) & set(later()))
    if strangers:
        sentence = "tests that are not in neutron.txt, or in both expected.txt and later.txt:"
        raise SystemExit("\n  ".join([sentence, *strangers]))


def record(outcome):
    """Writes expected.txt: what passed, of neutron.txt; none of it is in later.txt any more."""
    passed = [name for name in neutron() if outcome.verdict(name) == "success"]
    (HERE / "expected.txt").write_text("".join(f"{name}\n" for name in passed))
    lines = (HERE / "later.txt").read_text().splitlines(keepends=True)
    (HERE / "later.txt").write_text("".join(line for line in lines if line.rstrip() not in passed))
    print(f"expected.txt: {len(passed)} tests")
