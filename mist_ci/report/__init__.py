"""One frozen Report becomes text. Whatever comes from data, models or pull requests comes out inert."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
