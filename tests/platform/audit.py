"""What the images are made of: a bill of materials each, every licence on the list of allowed ones, known weaknesses.

``python -m tests.platform.audit``: 0 if all is well, 1 for a weakness or a licence, 3 where no database of weaknesses
could be asked, which is no success. The bills lie in ``build/sbom``.
"""

import json
import subprocess
import sys
from pathlib import Path

from tests.platform.environment import ROOT, tools
from tests.platform.licences import allowed, told
from tests.support.requirements import locked, normal

IMAGES = ("ingest", "router", "sla", "cli")
BILLS = ROOT / "build" / "sbom"
ASK_SECONDS_MAX = 300.0
EXIT_NOT_ASKED = 3


def main() -> int:
    """Each check with a line of its own."""
    programs = tools("audit")
    BILLS.mkdir(parents=True, exist_ok=True)
    for name in IMAGES:
        say(f"bill of materials of {name}: {_bill(programs, name)} packages, {BILLS.relative_to(ROOT)}/{name}.cdx.json")
    return verdict([_licences(), _weaknesses(programs)])


def verdict(statuses: list[int]) -> int:
    """1 as soon as one check found something, 3 if only one could not be made: what was found is the worse news."""
    return 1 if 1 in statuses else max(statuses)


def _bill(programs: Path, name: str) -> int:
    """Write the CycloneDX document of an image's packages; how many there are."""
    file = BILLS / f"{name}.cdx.json"
    command = [programs / "cyclonedx-py", "requirements", "--pyproject", "pyproject.toml", "--output-reproducible"]
    command += ["--spec-version", "1.6", "--validate", "--output-file", file, f"requirements/{name}.txt"]
    subprocess.run(list(map(str, command)), cwd=ROOT, capture_output=True, text=True, check=True)
    found = {(normal(part["name"]), part["version"]) for part in json.loads(file.read_text())["components"]}
    wanted = {(package, version) for package, versions in locked(f"{name}.txt").items() for version in versions.split()}
    if found != wanted:
        raise RuntimeError(f"the bill of {name} and its lock file differ: {sorted(found ^ wanted)}")
    return len(found)


def _licences() -> int:
    """1 if a package that an image holds has a licence that is not allowed, or none that is known."""
    shipped = sorted({package for name in IMAGES for package in locked(f"{name}.txt")})
    licences = {package: told(package) for package in shipped}
    (BILLS / "licences.json").write_text(json.dumps(licences, indent=2) + "\n")
    refused = {package: licence for package, licence in licences.items() if not allowed(licence)}
    for package, licence in refused.items():
        say(f"licence of {package} is not allowed: {licence}")
    say(f"licences: {len(licences)} packages, {len(refused)} not allowed, {BILLS.relative_to(ROOT)}/licences.json")
    return 1 if refused else 0


def _weaknesses(programs: Path) -> int:
    """1 if a package has a known weakness, 3 if one could not be asked about."""
    statuses = []
    for name in IMAGES:
        command = [programs / "pip-audit", "--requirement", f"requirements/{name}.txt", "--require-hashes"]
        command += ["--disable-pip", "--progress-spinner", "off", "--format", "json"]
        done = subprocess.run(
            list(map(str, command)), cwd=ROOT, capture_output=True, text=True, timeout=ASK_SECONDS_MAX, check=False
        )
        statuses.append(answer(name, done.stdout, done.stderr))
    if EXIT_NOT_ASKED in statuses:
        say("NOT CHECKED FOR WEAKNESSES: the database is not reachable from here, or does not know these packages;")
        say(f"run this where it is. The status {EXIT_NOT_ASKED} (of make: 2, as for any failure) is no success")
    return verdict(statuses)


def answer(name: str, text: str, errors: str) -> int:
    """What pip-audit found. It calls a package that no database knows neither a weakness nor a failure: we do."""
    try:
        packages = json.loads(text)["dependencies"]
    except ValueError:
        say(f"weaknesses of {name}: NOT ASKED: {errors.strip().splitlines()[-1]}")
        return EXIT_NOT_ASKED
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    weak = [package for package in packages if package.get("vulns")]
    for package in weak:
        ids = ", ".join(each["id"] for each in package["vulns"])
        say(f"{package['name']} {package['version']} has known weaknesses: {ids}")
    asked = len(packages) - len(skipped)
    say(f"weaknesses of {name}: {asked} packages asked about, {len(weak)} weak, {len(skipped)} NOT ASKED")
    return 1 if weak else EXIT_NOT_ASKED if skipped else 0


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
