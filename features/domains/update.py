#!/usr/bin/env python3
"""Writes disposable.txt and free.txt beside this script from two published packages at fixed versions.

    python3 update.py      # needs pip and npm, and their registries

disposable.txt  PyPI disposable-email-domains 0.0.293 (MIT): its blocklist
free.txt        npm free-email-domains 1.12.6 (MIT): its domains less the disposable ones

Both lists: lower case, one domain a line, sorted by bytes, so that a binary search finds a domain in the text as it is.
The licences stand in licences.txt, which this script writes too.
"""
import glob
import json
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile

PYPI = ("disposable-email-domains", "0.0.293")
NPM = ("free-email-domains", "1.12.6")
HERE = os.path.dirname(os.path.abspath(__file__))


def main():
    with tempfile.TemporaryDirectory() as folder:
        disposable, licence_1 = read_pypi(folder)
        free, licence_2 = read_npm(folder)
    write("disposable.txt", disposable)
    write("free.txt", free - disposable)
    with open(os.path.join(HERE, "licences.txt"), "w") as f:
        f.write(f"disposable.txt: PyPI {PYPI[0]} {PYPI[1]}\n\n{licence_1.strip()}\n\n\n")
        f.write(f"free.txt: npm {NPM[0]} {NPM[1]}\n\n{licence_2.strip()}\n")


def read_pypi(folder):
    run(folder, sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", f"{PYPI[0]}=={PYPI[1]}")
    with zipfile.ZipFile(glob.glob(os.path.join(folder, "*.whl"))[0]) as z:
        z.extractall(os.path.join(folder, "pypi"))
    sys.path.insert(0, os.path.join(folder, "pypi"))
    from disposable_email_domains import blocklist
    licence = glob.glob(os.path.join(folder, "pypi", "*.dist-info", "licenses", "*"))[0]
    return set(blocklist), open(licence).read()


def read_npm(folder):
    run(folder, "npm", "pack", "--silent", f"{NPM[0]}@{NPM[1]}")
    with tarfile.open(glob.glob(os.path.join(folder, "*.tgz"))[0]) as t:
        domains = json.load(t.extractfile("package/domains.json"))
        return set(domains), t.extractfile("package/LICENSE.md").read().decode()


def run(folder, *command):
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def write(name, domains):
    lines = sorted({d.strip().lower() for d in domains if d.strip()}, key=lambda d: d.encode())
    with open(os.path.join(HERE, name), "w") as f:
        f.writelines(line + "\n" for line in lines)


main()
