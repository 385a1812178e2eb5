"""Runs of qfx that are kept in a folder and not done again."""

import json
import pathlib
import subprocess
import sys


class Runs:
    def __init__(self, folder, qfx):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.qfx = qfx

    def run(self, verb, name, text):
        """The summary of a run; done anew, or gone on with, where it is not finished."""
        folder = self.folder / name
        summary = folder / "summary.json"
        if not summary.exists():
            recipe = self.recipe(name, text)
            self.call(name, [verb, str(recipe), "--out", str(folder)] + (["--resume"] if folder.exists() else []))
        return json.loads(summary.read_text())

    def integer_accuracy(self, verb, name, text):
        """That of a run's frozen model on the whole test set."""
        result = self.folder / name / "integer.json"
        if not result.exists():
            self.run(verb, name, text)
            command = [self.qfx, "run", str(self.folder / name / "model.qfx"), "--json"]
            result.write_text(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        return json.loads(result.read_text())["accuracy"]

    def recipe(self, name, text):
        path = self.folder / f"{name}.toml"
        path.write_text(text)
        return path

    def call(self, name, arguments):
        """Runs qfx; what it says goes to NAME.log."""
        command = [self.qfx, *arguments]
        print("+", *command, flush=True)
        log_file = self.folder / f"{name}.log"
        with open(log_file, "a") as log:
            if subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=False).returncode != 0:
                sys.exit(f"{name} failed; its log is {log_file}")
