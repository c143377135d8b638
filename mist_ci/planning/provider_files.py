"""Files that programs and functions of providers need: out of the tree that the policy is from, and no other."""

from mist_ci.errors import Code, ConfigError
from mist_ci.models.config import Policy
from mist_ci.models.provider import Provider
from mist_ci.parsing import document
from mist_ci.parsing.safe_yaml import Document
from mist_ci.ports.files import Tree


def with_files(policy: Policy, source: Document, tree: Tree) -> Policy:
    """The policy with the contents of its providers' `files`.

    Raises ConfigError MC101 for one that is not there, and MC104 where a command names a file that is not among them.
    """
    if not any(one.files for one in policy.providers.values()):
        return policy
    providers = {name: _holding(name, one, source, tree) for name, one in policy.providers.items()}
    return policy.model_copy(update={"providers": providers})


def _holding(name: str, provider: Provider, source: Document, tree: Tree) -> Provider:
    if not provider.files:
        return provider
    for index, word in enumerate(provider.command or ()):
        path = word.removeprefix("./")
        if path not in provider.files and tree.exists(path):
            where = source.where(("providers", name, "command", index))
            message = f"the program is run with {word!r}, which is not among its `files`"
            add = f"add it to the files: [{', '.join((*provider.files, path))}]"
            raise ConfigError(Code.WRONG_VALUE, message, where=where, hint=add)
    contents = {}
    for index, path in enumerate(provider.files):
        if not tree.exists(path):
            where = source.where(("providers", name, "files", index))
            hint = document.nearest(path, list(tree.paths()))
            raise ConfigError(Code.FILE_MISSING, f"{path} is not in {tree.label}", where=where, hint=hint)
        contents[path] = tree.read(path)
    return provider.holding(contents)
