"""Branch patterns of a policy as a ruleset writes them.

Both write `*`, `?` and `**`, and disagree about `**`. GitHub matches with Ruby's File.fnmatch under FNM_PATHNAME,
where only a whole segment `**/` crosses levels and any other `**` is a plain `*`: `release/**` would leave
`release/2/1` without its gate. What cannot be said there exactly is refused.
"""

from mist_ci.errors import Code, ConfigError, Where

REF = "refs/heads/"
_SPECIAL = "[]{}\\~^: "


def as_ref_pattern(pattern: str, where: Where) -> str:
    """The pattern that matches exactly the same branches in a ruleset. Raises ConfigError MC104 if there is none.

    >>> as_ref_pattern("release/*", Where("mist.yml")), as_ref_pattern("release/**", Where("mist.yml"))
    ('refs/heads/release/*', 'refs/heads/release/**/*')
    """
    segments = pattern.split("/")
    if "" in segments:
        raise _cannot(pattern, where, "no branch has an empty part between slashes", "take the slash out")
    if odd := [mark for mark in pattern if mark in _SPECIAL or not mark.isprintable()]:
        hint = "patterns have `*`, `**` and `?`; write one line for each branch that you mean"
        raise _cannot(pattern, where, f"{odd[0]!a} is no part of a branch's name, or special to GitHub", hint)
    if any("**" in segment and segment != "**" for segment in segments):
        hint = "let `**` stand alone between slashes: in place of `release**`, write `release*` and `release*/**`"
        raise _cannot(pattern, where, "GitHub reads `**` as `*` unless it stands alone", hint)
    return REF + pattern + ("/*" if segments[-1] == "**" else "")


def _cannot(pattern: str, where: Where, reason: str, hint: str) -> ConfigError:
    message = f"the branches {pattern!r} cannot be written as a ruleset: {reason}"
    return ConfigError(Code.WRONG_VALUE, message, where=where, hint=hint)
