"""mist-ci explain"""

import click

from mist_ci.cli.options import SETTINGS
from mist_ci.errors import EXPLANATIONS, Code, ExitCode, UsageError


@click.command(context_settings=SETTINGS)
@click.argument("code", required=False)
def explain(code: str | None) -> int:
    """Say what a code means: a data rule (SF201) or an error (MC103). Without a code, list them all.

    \b
    mist-ci explain SF201
    mist-ci explain MC301
    """
    from mist_ci import schemaflux
    from mist_ci.cli.output import say, show_markdown
    from mist_ci.parsing.document import nearest

    if code is None:
        for rule in schemaflux.codes():
            say(schemaflux.page(rule).splitlines()[0].removeprefix("# "))
        for each, text in EXPLANATIONS.items():
            say(f"{each}  {text.split('. ')[0].rstrip('.')}")
        return ExitCode.PASSED
    wanted = code.upper()
    if wanted in schemaflux.codes():
        show_markdown(schemaflux.page(wanted))
    elif wanted in Code.__members__.values():
        show_markdown(f"# {wanted}\n\n{EXPLANATIONS[Code(wanted)]}")
    else:
        known = [*schemaflux.codes(), *(each.value for each in Code)]
        raise UsageError(
            Code.UNKNOWN_NAME, f"no rule or error is named {code!r}", hint=nearest(wanted, known)
        )
    return ExitCode.PASSED
