"""The manifests fit the schemas of Kubernetes, each other, the Dockerfile and the app."""

import copy
import re
from collections.abc import Iterator
from functools import reduce
from typing import Any

import kubernetes_validate
import pytest
import yaml
from starlette.routing import Route

from serve import app
from tests.builders import ROOT

VERSIONS = ["1.34", "1.37"]
"""The oldest version that has a preStop that sleeps, and the newest that kubernetes-validate knows."""

Manifests = dict[str, Any]


def manifests() -> Manifests:
    """Read all manifests, by kind."""
    texts = [(ROOT / "deploy" / name).read_text("utf-8") for name in ("kubernetes.yaml", "ingress.yaml")]
    return {document["kind"]: document for text in texts for document in yaml.safe_load_all(text)}


def schema_errors(found: Manifests, version: str = VERSIONS[0]) -> Iterator[str]:
    """List what Kubernetes would refuse."""
    for kind, document in found.items():
        try:
            kubernetes_validate.validate(document, version, strict=True)
        except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
            yield f"{kind}: {error.message}"


def amount(quantity: str) -> float:
    """Read a quantity of CPU or memory."""
    number, unit = re.fullmatch(r"(\d+)(m|Mi|)", quantity).groups()  # type: ignore[union-attr]
    return int(number) * {"m": 0.001, "Mi": 2**20, "": 1}[unit]


def contradictions(found: Manifests) -> Iterator[str]:
    """List where the manifests do not fit each other, the image, or the app."""
    deployment, service, autoscaler = found["Deployment"], found["Service"], found["HorizontalPodAutoscaler"]
    name, pod = deployment["metadata"]["name"], deployment["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")

    def differ(what: str, is_so: object, must_be: object) -> Iterator[str]:
        if is_so != must_be:
            yield f"{what} is {is_so}, not {must_be}"

    selectors = {
        "Deployment": deployment["spec"]["selector"]["matchLabels"],
        "Service": service["spec"]["selector"],
        "PodDisruptionBudget": found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        "NetworkPolicy": found["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
    }
    for spread in pod["spec"]["topologySpreadConstraints"]:
        selectors[spread["topologyKey"]] = spread["labelSelector"]["matchLabels"]
    for kind, selector in selectors.items():
        yield from differ(f"selector of {kind}", selector, pod["metadata"]["labels"])

    (path,) = found["Ingress"]["spec"]["rules"][0]["http"]["paths"]
    backend = path["backend"]["service"]
    yield from differ("service of the Ingress", backend["name"], service["metadata"]["name"])
    yield from differ("port of the Ingress", backend["port"]["name"], service["spec"]["ports"][0]["name"])
    yield from differ("target of the autoscaler", autoscaler["spec"]["scaleTargetRef"]["name"], name)
    named = [
        service["spec"]["ports"][0]["targetPort"],
        found["NetworkPolicy"]["spec"]["ingress"][0]["ports"][0]["port"],
    ]
    probes = {kind: probe for kind, probe in container.items() if kind.endswith("Probe")}
    for kind, probe in probes.items():
        named.append(probe["httpGet"]["port"])
        if probe["httpGet"]["path"] not in {route.path for route in app.routes if isinstance(route, Route)}:
            yield f"the app has no address {probe['httpGet']['path']}"
        if not probe["timeoutSeconds"] <= probe["periodSeconds"]:
            yield f"{kind} times out after its next run"
    yield from differ("name of a port", set(named), set(ports))
    yield from differ("containerPort", list(ports.values()), [int(re.findall(r"EXPOSE (\d+)", dockerfile)[0])])
    user = f"{pod['spec']['securityContext']['runAsUser']}:{pod['spec']['securityContext']['runAsGroup']}"
    yield from differ("user", user, re.findall(r"USER (.*)", dockerfile)[0])

    for resource, limit in container["resources"]["limits"].items():
        if not amount(container["resources"]["requests"][resource]) <= amount(limit):
            yield f"more {resource} is requested than allowed"
    liveness, readiness = probes["livenessProbe"], probes["readinessProbe"]
    if not readiness["timeoutSeconds"] <= liveness["timeoutSeconds"]:
        yield "a busy server is killed before it stops getting requests"
    grace = int(re.findall(r'graceful-shutdown", "(\d+)', dockerfile)[0])
    if not pod["spec"]["terminationGracePeriodSeconds"] > container["lifecycle"]["preStop"]["sleep"]["seconds"] + grace:
        yield "the server is killed before it may end"
    if not found["PodDisruptionBudget"]["spec"]["minAvailable"] < autoscaler["spec"]["minReplicas"]:
        yield "no node can be drained"
    security = container["securityContext"] | pod["spec"]["securityContext"]
    restricted = {  # the pod security standard "restricted", and a read-only file system
        "runAsNonRoot": True,
        "seccompProfile": {"type": "RuntimeDefault"},
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    yield from differ("security context", {key: security.get(key) for key in restricted}, restricted)


@pytest.mark.parametrize("version", VERSIONS)
def test_the_manifests_are_valid_and_fit_each_other(version: str) -> None:
    """Neither the schemas nor the comparison finds anything."""
    assert [*schema_errors(manifests(), version), *contradictions(manifests())] == []


CONTAINER = "spec/template/spec/containers/0"
PLANTED = [
    ("Deployment", "spec/replica", 2, "Additional properties are not allowed"),
    ("Deployment", f"{CONTAINER}/ports/0/containerPort", "8000", "'8000' is not of type 'integer'"),
    ("Deployment", f"{CONTAINER}/lifecycle/preStop/sleep", 5, "5 is not of type 'object'"),
    ("HorizontalPodAutoscaler", "apiVersion", "autoscaling/v1", "Additional properties are not allowed"),
    ("PodDisruptionBudget", "apiVersion", "policy/v1beta1", "Couldn't find schema"),
    ("Deployment", "spec/selector/matchLabels", {"app": "x"}, "selector of Deployment"),
    ("Service", "spec/selector", {"app": "x"}, "selector of Service"),
    ("NetworkPolicy", "spec/podSelector/matchLabels", {"app": "x"}, "selector of NetworkPolicy"),
    ("Service", "spec/ports/0/targetPort", "htp", "name of a port"),
    ("NetworkPolicy", "spec/ingress/0/ports/0/port", 8080, "name of a port"),
    ("Deployment", f"{CONTAINER}/ports/0/containerPort", 8080, "containerPort is [8080]"),
    ("Deployment", f"{CONTAINER}/readinessProbe/httpGet/path", "/healthz", "the app has no address /healthz"),
    ("Deployment", f"{CONTAINER}/livenessProbe/timeoutSeconds", 1, "a busy server is killed"),
    ("Deployment", f"{CONTAINER}/readinessProbe/timeoutSeconds", 9, "readinessProbe times out"),
    ("Deployment", f"{CONTAINER}/resources/requests/memory", "512Mi", "more memory is requested"),
    ("Deployment", f"{CONTAINER}/resources/requests/cpu", "1500m", "more cpu is requested"),
    ("Deployment", f"{CONTAINER}/securityContext/readOnlyRootFilesystem", False, "security context"),
    ("Deployment", "spec/template/spec/securityContext/runAsUser", 0, "user is 0:10001"),
    ("Deployment", "spec/template/spec/terminationGracePeriodSeconds", 8, "the server is killed before"),
    ("PodDisruptionBudget", "spec/minAvailable", 2, "no node can be drained"),
    ("HorizontalPodAutoscaler", "spec/scaleTargetRef/name", "forecast", "target of the autoscaler"),
    ("Ingress", "spec/rules/0/http/paths/0/backend/service/name", "forecast", "service of the Ingress"),
]


@pytest.mark.parametrize(("kind", "place", "value", "words"), PLANTED)
def test_a_planted_error_is_found(kind: str, place: str, value: object, words: str) -> None:
    """The schemas or the comparison find it, and nothing else."""
    found = copy.deepcopy(manifests())
    *path, last = [int(token) if token.isdigit() else token for token in place.split("/")]
    reduce(lambda value, token: value[token], path, found[kind])[last] = value
    (error,) = [*schema_errors({kind: found[kind]})] or [*contradictions(found)]
    assert words in error
