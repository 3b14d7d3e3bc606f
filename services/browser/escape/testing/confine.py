"""Starts a program under a seccomp profile of the OCI runtime specification, as a container runtime does:
confine.py PROFILE PROGRAM [ARGUMENT ...]"""

import json
import os
import sys

import seccomp

OPERATORS = {
    "SCMP_CMP_EQ": seccomp.EQ,
    "SCMP_CMP_NE": seccomp.NE,
    "SCMP_CMP_LT": seccomp.LT,
    "SCMP_CMP_LE": seccomp.LE,
    "SCMP_CMP_GT": seccomp.GT,
    "SCMP_CMP_GE": seccomp.GE,
    "SCMP_CMP_MASKED_EQ": seccomp.MASKED_EQ,
}
EPERM = 1


def action_of(rule):
    if rule["action"] == "SCMP_ACT_ALLOW":
        return seccomp.ALLOW
    return seccomp.ERRNO(rule.get("errnoRet", EPERM))


def argument_of(index, op, value, value_two):
    if op == "SCMP_CMP_MASKED_EQ":
        return seccomp.Arg(index, OPERATORS[op], value, value_two)
    return seccomp.Arg(index, OPERATORS[op], value)


def load(profile):
    rules = seccomp.SyscallFilter(seccomp.ERRNO(profile.get("defaultErrnoRet", EPERM)))
    for name in profile["architectures"]:
        arch = getattr(seccomp.Arch, name.removeprefix("SCMP_ARCH_"))
        if not rules.exist_arch(arch):
            rules.add_arch(arch)
    for rule in profile["syscalls"]:
        arguments = [
            argument_of(one["index"], one["op"], one["value"], one.get("valueTwo", 0))
            for one in rule.get("args", [])
        ]
        for name in rule["names"]:
            # Calls that this library does not know yet stay refused.
            if seccomp.resolve_syscall(seccomp.Arch.NATIVE, name) != -1:
                rules.add_rule(action_of(rule), name, *arguments)
    rules.load()


with open(sys.argv[1]) as file:
    given = json.load(file)
load(given)
os.execv(sys.argv[2], sys.argv[2:])
