"""Records which constructors and public methods of the SDK are called, and names the others.

Reads them by introspection, so that a new release with a new method fails the test until the method is called.
"""

import enum
import importlib
import inspect
import pkgutil
import sys
import threading
import types

import snowplow_signals

# A command line and a generator of dbt projects, which older releases have and which call no API.
LEFT_OUT = {"cli_logging", "batch_autogen"}

constructed = set()
run = set()


def _record(frame, event, argument):
    if event != "call":
        return
    run.add(frame.f_code)
    if frame.f_code.co_name == "__init__" and "self" in frame.f_locals:
        constructed.add(type(frame.f_locals["self"]))
    elif frame.f_code.co_name == "__call__" and isinstance(frame.f_locals.get("cls"), enum.EnumMeta):
        constructed.add(frame.f_locals["cls"])


def start():
    threading.setprofile(_record)
    sys.setprofile(_record)


def stop():
    sys.setprofile(None)
    threading.setprofile(None)


def not_called():
    """Returns the names of public constructors, methods and functions that were not called."""
    missing = set()
    exported = {value for name, value in vars(snowplow_signals).items() if name[0] != "_" and inspect.isclass(value)}
    for value in _public():
        if inspect.isfunction(value):
            if value.__code__ not in run:
                missing.add(f"{value.__name__}()")
            continue
        # A class that users do not import counts if a class of theirs was made from it.
        is_made = value in constructed if value in exported else any(issubclass(each, value) for each in constructed)
        if not is_made:
            missing.add(f"{value.__name__}(…)")
        missing.update(
            f"{value.__name__}.{name}"
            for name, member in vars(value).items()
            if not name.startswith("_") and (code := _code(member)) is not None and code not in run
        )
    return sorted(missing)


def _code(member):
    if isinstance(member, property):
        return member.fget.__code__
    function = getattr(member, "__func__", member)
    return function.__code__ if isinstance(function, types.FunctionType) else None


def _public():
    """All that a module of the package has under a public name, but for the generated models that none imports."""
    names = [each.name for each in pkgutil.iter_modules(snowplow_signals.__path__) if each.name not in LEFT_OUT]
    modules = [snowplow_signals, *(importlib.import_module(f"snowplow_signals.{name}") for name in names)]
    for module in modules:
        for name, value in vars(module).items():
            is_own = str(getattr(value, "__module__", "")).startswith("snowplow_signals")
            if is_own and not name.startswith("_") and (inspect.isclass(value) or inspect.isfunction(value)):
                yield value
