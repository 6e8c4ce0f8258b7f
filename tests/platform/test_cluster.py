"""The chart at a real API server: dry run, installed, changed and taken away again. `make test-cluster`."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import yaml

from tests.platform import cluster as clusters
from tests.platform.cluster import Cluster
from tests.support.helm import CHART, REQUIRED, SAMPLE, VARIANTS, merged, rendered

# Kinds of operators, which bring their own definitions: no registry that the project uses has them.
WITHOUT_OPERATORS = {"podMonitor": {"enabled": False}, "prometheusRule": {"enabled": False}, "keda": {"enabled": False}}
EVERYTHING = merged(*(options[-1] for options in VARIANTS.values()), {"hpa": {"enabled": True}}, WITHOUT_OPERATORS)
NAMESPACE = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "usher", "labels": {"pod-security.kubernetes.io/enforce": "restricted"}},
}
OURS = "deployments,services,networkpolicies,poddisruptionbudgets,horizontalpodautoscalers,ingresses,serviceaccounts"


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An API server with a namespace that refuses every pod with more rights than none."""
    with clusters.running(tmp_path_factory.mktemp("cluster")) as found:
        done = found.call("kubectl", "create", "--filename", "-", text=json.dumps(NAMESPACE))
        assert done.returncode == 0, done.stderr
        yield found


def release(cluster: Cluster, action: str, values: dict[str, Any], *options: str) -> str:
    text = json.dumps(merged(REQUIRED, values))
    done = cluster.call("helm", action, "u", str(CHART), "--namespace", "usher", "--values", "-", *options, text=text)
    assert done.returncode == 0, done.stderr
    assert "unknown field" not in done.stderr and "would violate" not in done.stderr, done.stderr
    return done.stdout


@pytest.mark.parametrize("values", SAMPLE)
def test_the_api_server_would_take_whatever_is_chosen(cluster: Cluster, values: dict[str, Any]) -> None:
    release(cluster, "install", merged(values, WITHOUT_OPERATORS), "--dry-run=server", "--no-hooks")


@pytest.mark.parametrize("values", SAMPLE)
def test_pods_and_jobs_are_let_into_a_namespace_that_forbids_every_right(
    cluster: Cluster, values: dict[str, Any]
) -> None:
    documents = rendered(values)
    made = [document for document in documents if "helm.sh/hook" in document["metadata"].get("annotations", {})]
    for document in documents:
        if document["kind"] in {"Deployment", "Job"}:
            spec = {**document["spec"]["template"]["spec"], "priorityClassName": ""}
            name = document["metadata"]["name"]
            made.append(
                {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": "usher"}, "spec": spec}
            )
    options = ["--filename", "-", "--dry-run=server", "--validate=strict"]
    done = cluster.call("kubectl", "create", *options, text=yaml.safe_dump_all(made))
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr, done.stderr
    assert len(done.stdout.splitlines()) == len(made)


def test_a_pod_with_more_rights_is_refused_there(cluster: Cluster) -> None:
    """What the test before shows is worth something only if this fails."""
    spec = {"containers": [{"name": "a", "image": "a:1"}]}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "namespace": "usher"}, "spec": spec}
    done = cluster.call("kubectl", "create", "--filename", "-", "--dry-run=server", text=json.dumps(pod))
    assert done.returncode != 0 and "restricted" in done.stderr


def test_before_anything_new_runs_the_hooks_have_run_in_their_order(cluster: Cluster) -> None:
    """Nothing runs a pod here, so this test ends each job, and looks at what stood there before it did."""
    with ThreadPoolExecutor(1) as pool:
        installing = pool.submit(release, cluster, "install", {})
        stood = {name: _ended(cluster, name) for name in ("u-migrate", "u-topics")}
        installing.result(timeout=200)
    assert stood == {"u-migrate": [("NetworkPolicy", "u-jobs")], "u-topics": [("NetworkPolicy", "u-jobs")]}
    assert len(cluster.get("deployments", "-n", "usher")["items"]) == 3
    for done in (
        cluster.call("helm", "uninstall", "u", "--namespace", "usher"),
        cluster.call("kubectl", "delete", "networkpolicy", "u-jobs", "-n", "usher"),  # as the operators' page says
    ):
        assert done.returncode == 0, done.stderr


def _ended(cluster: Cluster, name: str) -> list[tuple[str, str]]:
    """Wait for a job and say that it succeeded; what else of ours stood there by then."""
    until = time.monotonic() + 100
    while cluster.call("kubectl", "get", "job", name, "-n", "usher").returncode != 0:
        assert time.monotonic() < until, f"{name} never came"
        time.sleep(0.2)
    stood = [(each["kind"], each["metadata"]["name"]) for each in cluster.get(OURS, "-n", "usher")["items"]]
    at = "2026-01-01T00:00:00Z"
    said = [{"type": each, "status": "True", "lastTransitionTime": at} for each in ("SuccessCriteriaMet", "Complete")]
    status = {"status": {"succeeded": 1, "startTime": at, "completionTime": at, "conditions": said}}
    patch = ["--subresource=status", "--type=merge", "--patch", json.dumps(status)]
    done = cluster.call("kubectl", "patch", "job", name, "-n", "usher", *patch)
    assert done.returncode == 0, done.stderr
    return stood


def test_a_release_is_installed_changed_and_taken_away_without_a_trace(cluster: Cluster) -> None:
    release(cluster, "install", {}, "--no-hooks")
    names = {(each["kind"], each["metadata"]["name"]) for each in cluster.get(OURS, "-n", "usher")["items"]}
    expected = {
        (each["kind"], each["metadata"]["name"]) for each in rendered({}) if "annotations" not in each["metadata"]
    }
    assert names == expected

    release(cluster, "upgrade", EVERYTHING, "--no-hooks")
    kinds = {each["kind"] for each in cluster.get(OURS, "-n", "usher")["items"]}
    assert {"Ingress", "HorizontalPodAutoscaler", "Service"} <= kinds
    (router,) = [
        each for each in cluster.get("deployments", "-n", "usher")["items"] if each["metadata"]["name"] == "u-router"
    ]
    assert router["metadata"]["generation"] == 2
    release(cluster, "upgrade", EVERYTHING, "--no-hooks")
    again = cluster.get("deployments", "u-router", "-n", "usher")
    assert again["metadata"]["generation"] == 2, "the same values again change nothing"

    done = cluster.call("helm", "uninstall", "u", "--namespace", "usher", "--no-hooks")
    assert done.returncode == 0, done.stderr
    assert cluster.get(OURS, "-n", "usher")["items"] == []
