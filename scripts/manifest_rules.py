"""The rules that the deployment files keep; called by scripts/check-manifests with the folder of its copy."""

import functools
import re
import subprocess
import sys
from pathlib import Path

import jsonschema  # It comes with kubernetes_validate.
import kubernetes_validate
import yaml

KUBERNETES = "1.32"
PROGRAMS = {"pinger", "processor", "alerter", "gateway"}
# Read by the images of the stores, not by Apus.
STORES = {"kafka", "postgres", "redis"}

# What follows from how the containers are built and joined, so that nobody is to set it: what only `apus up` says, ports,
# folders of the image.
FIXED = {
    "APUS_EMBEDDED_BROKER", "APUS_WITHOUT_GROUP", "GATEWAY_LISTEN", "HEALTH_LISTEN",
    "API_DOCS_FOLDER", "JAVASCRIPT_FOLDER", "WEB_FOLDER",
}
# What the deployment files give themselves; only StatefulSets have names that last.
GIVEN = {"DATABASE_URL", "INSTANCE_ID", "KAFKA_BROKERS", "REDIS_URL"}
# What .env has for the deployment itself.
DEPLOYMENT = {"APUS_PORT", "POSTGRES_PASSWORD"}

# What is wrong, with the places where it is.
problems: dict[str, list[str]] = {}


def problem(where: object, text: str) -> None:
    problems.setdefault(text, []).append(str(where))


def documents(path: Path) -> list[dict]:
    return [document for document in yaml.safe_load_all(path.read_text()) if document]


@functools.cache
def sources(program: str) -> str:
    """What a program is made of: its own folder and the libraries, not the other programs."""
    others = {other.capitalize() for other in PROGRAMS | {"apus"}} - {program.capitalize()}
    folders = [folder for folder in Path("Sources").iterdir() if folder.name not in others]
    return "\n".join(path.read_text() for folder in folders for path in folder.rglob("*.swift"))


@functools.cache
def settings(program: str) -> set[str]:
    """The names that a program declares, itself or by a library's reader of settings that it calls."""
    own = "\n".join(path.read_text() for path in Path("Sources", program.capitalize()).rglob("*.swift"))
    others = {other.capitalize() for other in PROGRAMS | {"apus"}}
    names: set[str] = set()
    for path in Path("Sources").rglob("*.swift"):
        swift = path.read_text()
        folder = path.parts[1]
        if "SettingsReader" not in swift or folder in others - {program.capitalize()}:
            continue
        readers = re.findall(r"mutating func (\w+)", swift.partition("extension SettingsReader")[2])
        if folder in others or not readers or any(f".{reader}(" in own for reader in readers):
            code = "\n".join(line for line in swift.splitlines() if not line.strip().startswith("//"))
            names |= set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', code))
    return names


def check_settings(where: object, program: str, set_there: set[str]) -> None:
    for name in sorted(settings(program) - FIXED - {"INSTANCE_ID"} - set_there):
        problem(where, f"{program} is not given {name}, which it can be told")


def check_setting(where: object, program: str, name: str) -> None:
    swift = sources(program)
    if f'"{name}"' not in swift and f'"{name.removesuffix("_FILE")}"' not in swift:
        problem(where, f"{name} is no setting of {program}: nothing in its sources names it")


def check_pod(where: str, pod: dict, shared: set[str]) -> None:
    security = pod.get("securityContext", {})
    if not security.get("runAsNonRoot") or security.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        problem(where, "the pod must run as non-root with the runtime's seccomp profile")
    if pod.get("enableServiceLinks") is not False:
        problem(where, "enableServiceLinks must be false: KAFKA_PORT and the like would be taken for settings")
    if pod.get("automountServiceAccountToken") is not False:
        problem(where, "no process talks to the Kubernetes API: automountServiceAccountToken must be false")
    if pod.get("terminationGracePeriodSeconds", 0) <= 10:
        problem(where, "terminationGracePeriodSeconds must exceed the 10 s in which a process ends by itself")
    for container in pod["containers"]:
        context = container.get("securityContext", {})
        if (
            context.get("allowPrivilegeEscalation") is not False
            or context.get("readOnlyRootFilesystem") is not True
            or context.get("capabilities", {}).get("drop") != ["ALL"]
        ):
            problem(where, "no privilege escalation, a read-only root file system, ALL capabilities dropped")
        if not {"requests", "limits"} <= container.get("resources", {}).keys():
            problem(where, "resources need requests and limits")
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            if probe not in container:
                problem(where, f"there is no {probe}")
        if "latest" in container["image"] or ":" not in container["image"] and container["image"] != "apus":
            problem(where, f"the image {container['image']} needs a version")
        if container["name"] in PROGRAMS:
            for probe, path in (("livenessProbe", "/livez"), ("readinessProbe", "/readyz")):
                if container.get(probe, {}).get("httpGet", {}).get("path") != path:
                    problem(where, f"{probe} must ask {path}")
            for variable in container.get("env", []):
                check_setting(where, container["name"], variable["name"])
            named = {variable["name"] for variable in container.get("env", [])}
            if {"configMapRef": {"name": "apus"}} in container.get("envFrom", []):
                named |= shared
            if container["image"] == "apus":
                check_settings(where, container["name"], named)


def check_resource(where: str, resource: dict, shared: set[str] = frozenset()) -> None:
    try:
        kubernetes_validate.validate(resource, KUBERNETES, strict=True)
    except kubernetes_validate.ValidationError as error:
        problem(f"{where} {error.json_path}", error.message)
        return
    if resource["kind"] == "Job":
        problem(where, "topics and tables are made by the processes themselves: no Job")
    if resource["kind"] in ("Deployment", "StatefulSet"):
        check_pod(where, resource["spec"]["template"]["spec"], shared)


def check_rendered(path: Path) -> None:
    """What only the whole shows: references, disruption budgets, one image."""
    resources = documents(path)
    names = {(resource["kind"], resource["metadata"]["name"]) for resource in resources}
    if len(names) != len(resources):
        problem(path.name, "two resources share a kind and a name")
    workloads = [r for r in resources if r["kind"] in ("Deployment", "StatefulSet")]
    for resource in resources:
        where = f"{path.name} {resource['kind']}/{resource['metadata']['name']}"
        check_resource(where, resource)
        if resource["kind"] != "Namespace" and resource["metadata"].get("namespace") != "apus":
            problem(where, "is not in the namespace apus")
        if resource["kind"] == "PodDisruptionBudget":
            selector = resource["spec"]["selector"].get("matchLabels", {})
            chosen = [
                w for w in workloads if selector and selector.items() <= w["spec"]["template"]["metadata"]["labels"].items()
            ]
            if len(chosen) != 1 or chosen[0]["spec"]["replicas"] < 2:
                problem(where, "a disruption budget belongs to one workload with replicas")
    for workload in workloads:
        where = f"{path.name} {workload['kind']}/{workload['metadata']['name']}"
        selector = workload["spec"]["selector"]["matchLabels"]
        if not selector.items() <= workload["spec"]["template"]["metadata"]["labels"].items():
            problem(where, "its selector does not choose its own pods")
        for container in workload["spec"]["template"]["spec"]["containers"]:
            for source in container.get("envFrom", []):
                if ("ConfigMap", source["configMapRef"]["name"]) not in names:
                    problem(where, f"envFrom refers to {source}, which is not there")
            for variable in container.get("env", []):
                for kind, key in (("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")):
                    reference = variable.get("valueFrom", {}).get(key)
                    if reference is None:
                        continue
                    found = [
                        r for r in resources if r["kind"] == kind and r["metadata"]["name"] == reference["name"]
                    ]
                    if not found or reference["key"] not in found[0]["data"]:
                        problem(where, f"{variable['name']} refers to {reference}, which is not there")


def check_images(kubernetes: Path) -> None:
    base = documents(kubernetes / "base" / "kustomization.yaml")[0]["images"]
    if len(base) != 1:
        problem("k8s/base", "one images: entry says where the image comes from")
    for path in sorted(kubernetes.glob("overlays/*/kustomization.yaml")):
        if documents(path)[0].get("images") != base:
            problem(path.relative_to(kubernetes), "its images: entry must equal that of k8s/base")


def check_version(kubernetes: Path, services: dict) -> None:
    source = Path("Sources/Service/Process/Version.swift").read_text()
    version = re.search(r'current = "([^"]+)"', source).group(1)
    tag = documents(kubernetes / "base" / "kustomization.yaml")[0]["images"][0]["newTag"]
    if tag != version:
        problem("k8s/base", f"the image's tag is {tag}, the version of the source is {version}")
    for name in sorted(PROGRAMS & services.keys()):
        if services[name]["image"] != f"apus:{version}":
            problem("docker-compose.yml", f"the image of {name} is not of version {version}, that of the source")


def check_compose(path: Path, services: dict) -> None:
    if not PROGRAMS | STORES <= services.keys():
        problem(path.name, f"services are missing: {(PROGRAMS | STORES) - services.keys()}")
    for name, service in services.items():
        if ":" not in service["image"] or service["image"].endswith(":latest"):
            problem(path.name, f"the image of {name} needs a version")
        if "healthcheck" not in service:
            problem(path.name, f"{name} has no healthcheck")
        if name in PROGRAMS:
            for variable in service.get("environment", {}):
                check_setting(path.name, name, variable)
            check_settings(path.name, name, set(service.get("environment", {})))


def check_example(path: Path, compose: str) -> None:
    offered = re.findall(r"^([A-Z_]+)=", path.read_text(), re.MULTILINE)
    known = set().union(*(settings(program) for program in PROGRAMS)) - FIXED - GIVEN
    for name in sorted(known - set(offered)):
        problem(path.name, f"{name} is missing: a program can be told it")
    for name in sorted(set(offered) - known - DEPLOYMENT):
        problem(path.name, f"{name} is no setting of any program")
    for name in sorted(name for name in offered if offered.count(name) > 1):
        problem(path.name, f"{name} stands there twice")
    wanted = set(re.findall(r"\$\{([A-Z_]+)", compose))
    for name in sorted(wanted ^ set(offered)):
        problem(path.name, f"{name} stands in only one of {path.name} and docker-compose.yml")


def check_metrics() -> None:
    """What rules and boards ask for must be named in the sources."""
    swift = "\n".join(path.read_text() for path in Path("Sources").rglob("*.swift"))
    prefix, made = "apus_projection_", set(re.findall(r'(?:counter|gauge)\("([a-z_]+)"', swift))
    known = set(re.findall(r'"(apus_[a-z_]+)"', swift)) | {prefix + name for name in made}
    known |= {f"{prefix}{name}_total" for name in made}
    for path in [Path("docs/prometheus/apus.rules.yml"), Path("docs/grafana/apus.json")]:
        for name in sorted(set(re.findall(r"\bapus_[a-z_]+", path.read_text()))):
            if re.sub(r"_(bucket|sum|count)$", "", name) not in known:
                problem(path, f"no process has the metric {name}")


def check_description() -> None:
    """The examples in openapi.yaml are what it describes."""
    path = Path("Sources/Gateway/API/openapi.yaml")
    components = yaml.safe_load(path.read_text())["components"]
    for name, schema in components["schemas"].items():
        if "example" not in schema:
            continue
        described = {"$ref": f"#/components/schemas/{name}", "components": components}
        for error in jsonschema.Draft202012Validator(described).iter_errors(schema["example"]):
            problem(f"{path.name} {name} {error.json_path}", f"the example is not what is described: {error.message}")


def check_image() -> None:
    """The image is built from every folder that Package.swift names: without one of them it has no targets at all."""
    needed = {"Package.swift", "Sources", "Tests"} | set(re.findall(r'path: "([^/"]+)/', Path("Package.swift").read_text()))
    copied = set(re.findall(r"^COPY ([A-Z]\S+) ", Path("Dockerfile").read_text(), re.MULTILINE))
    allowed = set(re.findall(r"^!(\S+)", Path(".dockerignore").read_text(), re.MULTILINE))
    for name in sorted(needed - copied):
        problem("Dockerfile", f"does not copy {name}, which Package.swift needs")
    for name in sorted((needed | copied) - allowed):
        problem(".dockerignore", f"keeps {name} from the build")


def check_secrets() -> None:
    tracked = subprocess.run(["git", "-c", "safe.directory=*", "ls-files"], capture_output=True, text=True, check=True).stdout.splitlines()
    for name in tracked:
        if name in (".env", "k8s/base/secrets.env"):
            problem(name, "holds secrets and is committed")


def main() -> int:
    copy = Path(sys.argv[1])
    base = documents(copy / "k8s" / "base" / "kustomization.yaml")[0]
    shared = {literal.partition("=")[0] for literal in base["configMapGenerator"][0]["literals"]}
    for name in sorted(shared - set().union(*(settings(program) for program in PROGRAMS))):
        problem("k8s/base/kustomization.yaml", f"{name} is no setting of any program")
    for path in sorted((copy / "k8s").rglob("*.yaml")):
        if path.name != "kustomization.yaml":
            for resource in documents(path):
                check_resource(f"{path.relative_to(copy)} {resource.get('kind')}", resource, shared)
    for path in sorted((copy / "rendered").glob("*.yaml")):
        check_rendered(path)
    check_images(copy / "k8s")
    services = documents(copy / "docker-compose.yml")[0]["services"]
    check_version(copy / "k8s", services)
    check_compose(copy / "docker-compose.yml", services)
    check_example(copy / ".env.example", (copy / "docker-compose.yml").read_text())
    check_metrics()
    check_description()
    check_image()
    check_secrets()
    for text, places in problems.items():
        print(f"{text} ({', '.join(places)})", file=sys.stderr)
    rendered = len(list((copy / "rendered").glob("*.yaml")))
    print(f"manifests: {rendered} rendered, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
