# SPDX-License-Identifier: Apache-2.0
"""What the value of an option is, and the values that it must not be."""
import dataclasses

HUGE = "7" * 30
LONG = "a" * 100_000


@dataclasses.dataclass
class Kind:
    """`wrong` are texts, `places` the names of places.py: paths where there is not what there should be."""
    wrong: tuple = ()
    places: tuple = ()
    needs: tuple = ()  # what the option goes together with
    has_value: bool = True
    is_optional: bool = False  # the value
    may_be_empty: bool = False


FLAG = Kind(has_value=False)
TEXT = Kind()
WORD = Kind(wrong=("nonsense", "0", LONG))
ADDRESS = Kind(wrong=("here", "1.2.3", "1.2.3.4.5", "::1", "127.0.0.1:80", LONG))
URL = Kind(wrong=("here", "ftp://here", "http://", LONG))
NUMBER = Kind(wrong=("x", "-1", "nan", "1e999", "1 2", "1x", HUGE, LONG))
WHOLE = Kind(wrong=(*NUMBER.wrong, "1.5"))
PORT = Kind(wrong=(*WHOLE.wrong, "65536"), places=("taken port",))
READ = Kind(places=("nothing", "folder", "unreadable", "binary"))
PRESENT = Kind(places=("in nothing", "folder", "unreadable", "binary", "below a file", "full disk"))
WRITTEN = Kind(places=("in nothing", "folder", "unwritable", "below a file", "full disk"))
FOLDER = Kind(places=("nothing", "file", "unwritable folder"))


def takes(kind, wrong=(), low=0, needs=(), empty=False, is_optional=False, writable=True, may_be_empty=False):
    """The kind, for one option: with further wrong texts, a least number, what it goes together with."""
    below = ("0",) if low > 0 else ()
    places = kind.places + (("empty",) if empty else ())
    if not writable:
        places = tuple(place for place in places if place != "unwritable folder")
    return dataclasses.replace(kind, wrong=kind.wrong + tuple(wrong) + below, needs=needs, places=places,
                               is_optional=is_optional, may_be_empty=may_be_empty)
