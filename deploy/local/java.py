"""Java, and Kafka's jars: fetched once by Maven into a cache folder."""

import asyncio
import fcntl
import os
import re
import shutil
from hashlib import sha256
from pathlib import Path

from deploy.local.errors import SetupError

ROOT = Path(__file__).resolve().parents[2]
POM = Path(__file__).with_name("kafka") / "pom.xml"
JAVA_VERSION_MIN = 17  # Kafka 4 brokers do not start on less
FETCH_SECONDS_MAX = 900.0  # 43 MB over a slow line
WAY_OUT = "or set USHER_KAFKA_BOOTSTRAP_SERVERS to a broker that runs, or use docker compose up"


def cache_folder() -> Path:
    """Where downloads are kept between runs: USHER_CACHE_DIR, .cache of the checkout, or the user's for a wheel."""
    named = os.environ.get("USHER_CACHE_DIR")
    if named:
        return Path(named)
    return ROOT / ".cache" if is_checkout() else Path(os.path.expanduser("~/.cache/usher"))


def is_checkout() -> bool:
    """Whether this code stands in a checkout, and not in an environment's packages, where nothing else may be put."""
    return (ROOT / "pyproject.toml").exists()


def kafka_folder() -> Path:
    """The cache folder of exactly the versions that pom.xml names."""
    return cache_folder() / f"kafka-{sha256(POM.read_bytes()).hexdigest()[:12]}"


def java_environment() -> dict[str, str]:
    """What every Java of ours is started with: it reads paths by the locale, and under ``LC_ALL=C`` it finds no folder
    whose name is not ASCII."""
    return {**os.environ, "LC_ALL": "C.UTF-8"}


async def find_java() -> str:
    """Path of a Java that can run the broker; SetupError says what to install."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=f"{home}/bin") if home else shutil.which("java")
    advice = f"install Java {JAVA_VERSION_MIN} or newer (Debian: apt install openjdk-17-jre-headless), {WAY_OUT}"
    if java is None and home:
        raise SetupError(f"JAVA_HOME={home} has no bin/java: name the folder of a Java, or unset it; {advice}")
    if java is None:
        raise SetupError(f"no Java found: {advice}")
    status, text = await _run(java, "-version")
    match = re.search(r'version "(\d+)', text)
    if status != 0 or match is None or int(match[1]) < JAVA_VERSION_MIN:
        raise SetupError(f"{java} is older than Java {JAVA_VERSION_MIN}: {advice}")
    return java


async def fetch_kafka() -> Path:
    """The folder of Kafka's jars; downloads them the first time. Safe when several processes ask at once."""
    folder = kafka_folder()
    libraries = folder / "libs"
    if libraries.is_dir():
        return libraries
    maven = shutil.which("mvn")
    if maven is None:
        raise SetupError(f"no Maven found to fetch Kafka with: install it (Debian: apt install maven), {WAY_OUT}")
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        await asyncio.to_thread(fcntl.flock, lock, fcntl.LOCK_EX)
        if not libraries.is_dir():
            await _download(maven, folder / "partial")
            (folder / "partial").replace(libraries)
    return libraries


async def _download(maven: str, target: Path) -> None:
    shutil.rmtree(target, ignore_errors=True)
    goal = "dependency:copy-dependencies"
    # -C: a jar whose checksum is wrong is an error, not a warning.
    status, text = await _run(maven, "-B", "-q", "-C", "-f", str(POM), goal, f"-DoutputDirectory={target}")
    if status != 0:
        reason = next((line for line in text.splitlines() if "[ERROR]" in line), "no jars arrived")
        raise SetupError(
            f"Maven could not fetch Kafka ({reason.strip()[:300]}): check its network or mirror, {WAY_OUT}"
        )


async def _run(*arguments: str) -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT, env=java_environment()
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), FETCH_SECONDS_MAX)
    except TimeoutError:
        process.kill()
        await process.wait()
        return 1, f"[ERROR] no end within {FETCH_SECONDS_MAX:.0f} s"
    return process.returncode or 0, output.decode(errors="replace")
