"""Checks that what the library needs can be built by the Rust version that Cargo.toml names.

The machine has one toolchain, newer than that, so this is what can be known without the old one:
every normal dependency in Cargo.lock, with all features, says that it supports the version, and
clippy's `incompatible_msrv` (on by default) checks our own use of the standard library.
"""

import json
import subprocess
import sys


def version(text):
    return tuple(int(part) for part in (text.split(".") + ["0", "0"])[:3])


metadata = json.loads(
    subprocess.check_output(["cargo", "metadata", "--format-version=1", "--all-features", "--locked"])
)
packages = {package["id"]: package for package in metadata["packages"]}
nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
root = metadata["resolve"]["root"]
ours = version(packages[root]["rust_version"])

needed, queue = set(), [root]
while queue:
    for dependency in nodes[queue.pop()]["deps"]:
        normal = any(kind["kind"] != "dev" for kind in dependency["dep_kinds"])
        if normal and dependency["pkg"] not in needed | {root}:
            needed.add(dependency["pkg"])
            queue.append(dependency["pkg"])

too_new = [
    f"{package['name']} {package['version']} needs {package['rust_version']}"
    for package in (packages[name] for name in sorted(needed))
    if version(package["rust_version"] or "1.0") > ours
]
print(f"{len(needed)} dependencies, Rust {packages[root]['rust_version']}")
sys.exit("\n".join(too_new) or 0)
