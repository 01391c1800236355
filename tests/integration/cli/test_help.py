#!/usr/bin/env python3
"""Proves that what is offered after TAB, and what the manual pages tell, is what each command of `qao` takes: every
command has a page and is offered, and every option of its --help stands in that page and is offered; nothing else is.

    test_help.py QAO COMPLETION.bash COMPLETION.zsh PAGE..."""

import os
import re
import subprocess
import sys
import unittest

QAO, BASH, ZSH, *PAGES = sys.argv[1:]
del sys.argv[1:]


def said(*words):
    done = subprocess.run([QAO, *words, "--help"], capture_output=True, text=True, check=False)
    if done.returncode or done.stderr:
        raise AssertionError(f"qao {words} --help: {done.returncode} {done.stderr}")
    return done.stdout


def listed(text):
    """The commands of a list of commands, as command.c prints it."""
    return re.findall(r"(?m)^  ([a-z][a-z-]*) +\S", text) if " COMMAND [OPTIONS]\n" in text else []


POLICY = re.findall(r"(?m)^  qao policy ([a-z]+)", said("policy"))
TOP = listed(said())


def leaves():
    """Every command with options of its own, as words."""
    for name in TOP:
        below = POLICY if name == "policy" else listed(said(name))
        for word in below:
            yield name, word
        if not below:
            yield (name,)


def options(*words):
    """What the help lists; anything that looks like an option anywhere in it must be listed."""
    text = said(*words)
    found = set(re.findall(r"(?m)^  (--[a-z0-9-]+)(?= |$)", text))
    mentioned = set(re.findall(r"(?<![\w-])--[a-z0-9][a-z0-9-]*", text)) - {"--help"}
    return found - {"--help"}, mentioned - found


def completed(*words):
    """What bash offers after these words, the last one begun."""
    script = 'source "$1"; COMP_WORDS=("${@:2}"); COMP_CWORD=$(($# - 2)); COMPREPLY=(); _qao; printf "%s\\n" "${COMPREPLY[@]}"'
    done = subprocess.run(["bash", "-c", script, "bash", BASH, QAO, *words], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def page_text(name):
    path = next((page for page in PAGES if os.path.basename(page) == name), None)
    if not path:
        return None
    with open(path, encoding="utf-8") as file:
        return re.sub(r"\\&|\\f[BIRP]", "", file.read()).replace("\\-", "-").replace("\\e", "\\")


class Help(unittest.TestCase):
    def test_commands_are_there(self):
        self.assertGreaterEqual(set(TOP), {"query", "explain", "services", "status", "me", "apply", "agree", "admin",
                                              "enrol-message", "audit", "log", "crl", "policy"})
        self.assertEqual(["table", "decide", "explain", "check", "diff", "enumerate"], POLICY)
        self.assertIn(("audit", "verify"), list(leaves()))

    def test_pages(self):
        overview = page_text("qao.1")
        for name in TOP:
            with self.subTest(command=name):
                self.assertIn(f"qao-{name}", overview)
                self.assertIsNotNone(page_text(f"qao-{name}.1"), f"qao-{name} has no manual page")
        for words in leaves():
            page = page_text(f"qao-{words[0]}.1")
            for option in options(*words)[0]:
                with self.subTest(command=words, option=option):
                    self.assertRegex(page, re.escape(option) + r"(?![\w-])")

    def test_pages_tell_of_nothing_else(self):
        known = {"--help", "--version"}.union(*(options(*words)[0] for words in leaves()))
        for name in ["qao", *(f"qao-{name}" for name in TOP)]:
            with self.subTest(page=name):
                self.assertEqual(set(), set(re.findall(r"(?<![\w-])--[a-z0-9][a-z0-9-]*", page_text(f"{name}.1"))) - known)

    def test_help_lists_what_it_mentions(self):
        known = set().union(*(options(*words)[0] for words in leaves()))
        for words in leaves():
            with self.subTest(command=words):
                found, unlisted = options(*words)
                self.assertEqual(set(), unlisted - known)
                self.assertTrue(found)

    def test_bash(self):
        self.assertEqual(set(TOP), completed(""))
        for name in TOP:
            below = POLICY if name == "policy" else listed(said(name))
            if below:
                self.assertEqual(set(below), completed(name, ""))
        for words in leaves():
            with self.subTest(command=words):
                self.assertEqual(options(*words)[0], completed(*words, "--") - {"--help"})

    def test_words_of_options(self):
        """The lists that the completions hold themselves are those the program takes."""
        with open(ZSH, encoding="utf-8") as file:
            zsh = file.read()
        for option, other in (("--basis", []), ("--duty", ["--basis", "other_duties"])):
            words = completed("query", option, "")
            zsh_words = re.search(rf"(?m)^ *{option}\) compadd ([^;]*);", zsh).group(1).split()
            self.assertEqual(words, set(zsh_words))
            for word in sorted(words):
                done = subprocess.run([QAO, "policy", "decide", "--role", "2", "--service", "1", *other, option, word],
                                      capture_output=True, text=True, check=False)
                self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertEqual(9, len(completed("query", "--duty", "")))
        self.assertEqual(4, len(completed("query", "--basis", "")))
        self.assertIn("(" + "|".join(name for name in TOP if listed(said(name))) + ")", zsh)
        self.assertIn(" ".join(POLICY), zsh)


if __name__ == "__main__":
    unittest.main()
