"""Groups: names to the objects of the file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lstmviz.errors import LstmvizError
from lstmviz.models.hdf5 import header
from lstmviz.models.hdf5.header import Message, messages
from lstmviz.models.hdf5.source import UNDEFINED, Cursor, Source
from lstmviz.models.hdf5.values import Dataset, attribute, dataset, datatype, shape, texts

SIGNATURE = b"\x89HDF\r\n\x1a\n"
DEEPEST = 32
MOST_OBJECTS = 10_000
LONGEST_NAME = 1000
HARD, SOFT, EXTERNAL = 0, 1, 64


@dataclass(eq=False)
class Group:
    """A group with everything below it; datasets are read when asked."""

    source: Source
    path: str
    found: list[Message]
    members: dict[str, Group | Dataset] = field(default_factory=dict)

    def group(self, path: str) -> Group | None:
        """The group at a path below this one, or None."""
        node = self._at(path)
        return node if isinstance(node, Group) else None

    def dataset(self, path: str) -> Dataset | None:
        """The dataset at a path below this one, or None."""
        node = self._at(path)
        return node if isinstance(node, Dataset) else None

    def groups(self) -> Iterator[Group]:
        """This group and all below it, parents first."""
        todo = [self]
        while todo:
            node = todo.pop()
            yield node
            todo += [each for each in reversed(node.members.values()) if isinstance(each, Group)]

    def text(self, name: str) -> str | None:
        """The text of an attribute, or None where there is none."""
        found = self.texts(name)
        return found[0] if found else None

    def texts(self, name: str) -> list[str] | None:
        """The texts of an attribute that holds a list of them, or None where there is none.

        Raises `LstmvizError` if they are not in the file.
        """
        for message in self.found:
            if message.kind != header.ATTRIBUTE or message.shared:
                continue
            known, kind, space, data = attribute(message.data, self.source)
            if known == name:
                count = 1
                for size in shape(space) or ():
                    count *= size
                return texts(datatype(kind), min(count, len(data) + 1), data, self.source)
        return None

    def _at(self, path: str) -> Group | Dataset | None:
        node: Group | Dataset | None = self
        for name in filter(None, path.split("/")):
            node = node.members.get(name) if isinstance(node, Group) else None
        return node


def open_root(source: Source) -> Group:
    """The root group with everything below it.

    Raises `LstmvizError` for a damaged file, links that lead out of it or to another name, loops,
    and more objects than a model has.
    """
    root = Group(source, "", messages(source, _root_address(source)))
    todo: list[tuple[Group, tuple[int, ...]]] = [(root, ())]
    count = 0
    for group, above in todo:
        for name, address in _links(group).items():
            path = f"{group.path}/{name}".lstrip("/")
            count += 1
            if count > MOST_OBJECTS:
                raise LstmvizError(
                    f"{source.where} has more than {MOST_OBJECTS:,} objects; it is no model, or "
                    "hostile."
                )
            if address in above or len(above) > DEEPEST:
                raise LstmvizError(
                    f"{source.where}: groups are nested in a circle or too deeply at "
                    f"{path[:60]!r}; it is damaged or hostile."
                )
            found = messages(source, address)
            if any(each.kind == header.LAYOUT for each in found):
                group.members[name] = dataset(source, path, found)
            else:
                child = Group(source, path, found)
                group.members[name] = child
                todo.append((child, (*above, address)))
    return root


def _root_address(source: Source) -> int:
    """The address of the root group's header."""
    if source.size < 48 or source.read(0, 8) != SIGNATURE:
        raise LstmvizError(f"{source.where} is not an HDF5 file; save the model again.")
    cursor = Cursor(source.read(8, min(88, source.size - 8)), source)
    version = cursor.number(1)
    if version in (0, 1):
        cursor.skip(4)
        widths = cursor.number(1), cursor.number(1)
        cursor.skip(9 + (4 if version else 0))
    elif version in (2, 3):
        widths = cursor.number(1), cursor.number(1)
        cursor.skip(1)
    else:
        source.damaged("is HDF5 of an unknown version")
    if widths != (8, 8):
        source.damaged("has addresses of an unusual width")
    if cursor.number(8) != 0:
        source.damaged("has a block before its HDF5 part")
    cursor.skip(8)
    if source.size < (end := cursor.number(8)):
        source.damaged(f"has {source.size:,} bytes of the {end:,} it should have")
    cursor.skip(16 if version < 2 else 0)
    return cursor.number(8)


def _links(group: Group) -> dict[str, int]:
    """Name → address of every member; refuses links that are not plain ones."""
    found: dict[str, int] = {}
    for message in group.found:
        if message.kind == header.SYMBOL_TABLE:
            cursor = Cursor(message.data, group.source)
            _symbol_table(group, cursor.number(8), cursor.number(8), found)
        elif message.kind == header.LINK:
            _link(group, Cursor(message.data, group.source), found)
        elif message.kind in (header.LINK_INFO, header.ATTRIBUTE_INFO):
            cursor = Cursor(message.data, group.source, 1)
            flags = cursor.number(1)
            index = 8 if message.kind == header.LINK_INFO else 2
            cursor.skip(index if flags & 1 else 0)
            if cursor.number(8) != UNDEFINED:
                raise LstmvizError(
                    f"{group.source.where}: {group.path or 'the root'} is stored in HDF5's newer "
                    "dense form; save the model with the defaults of Keras or h5py."
                )
    return found


def _add(group: Group, raw: bytes, address: int, found: dict[str, int]) -> None:
    name = raw.decode("utf-8", "replace")
    if not name or name in found or len(found) >= MOST_OBJECTS:
        group.source.damaged(f"names a member of {group.path or 'the root'} twice or not at all")
    found[name] = address


def _refuse_link(group: Group, raw: bytes, external: bool) -> None:
    where = "to another file" if external else "to another name"
    name = f"{group.path}/{raw.decode('utf-8', 'replace')}".lstrip("/")
    raise LstmvizError(
        f"{group.source.where}: {name[:60]!r} is a link {where}, which is never followed; save "
        "the model with its weights inside."
    )


def _link(group: Group, cursor: Cursor, found: dict[str, int]) -> None:
    """A link message."""
    version, flags = cursor.number(1), cursor.number(1)
    if version != 1:
        group.source.damaged("has a link that is not known")
    kind = cursor.number(1) if flags & 8 else HARD
    cursor.skip((8 if flags & 4 else 0) + (1 if flags & 0x10 else 0))
    name = cursor.take(min(cursor.number(1 << (flags & 3)), LONGEST_NAME + cursor.left))
    if kind != HARD:
        _refuse_link(group, name, kind != SOFT)
    _add(group, name, cursor.number(8), found)


def _symbol_table(group: Group, tree: int, heap: int, found: dict[str, int]) -> None:
    """The members of a group of the older kind: a B-tree of names that lie in a heap."""
    source = group.source
    head = Cursor(source.read(heap, 32), source)
    if head.take(4) != b"HEAP":
        source.damaged("has a broken table of names")
    head.skip(4)
    size = head.number(8)
    head.skip(8)
    source.spend(size, "a table of names")
    names = source.read(head.number(8), size)
    source.left += size
    todo, seen = [tree], set[int]()
    for node in todo:
        if node in seen or len(todo) > MOST_OBJECTS:
            source.damaged("has a table of names that runs in a circle")
        seen.add(node)
        start = Cursor(source.read(node, 8), source)
        mark = start.take(4)
        if mark == b"TREE" and start.number(1) == 0:
            start.skip(1)
            count = start.number(2)
            body = Cursor(source.read(node + 24, count * 16), source)
            for _ in range(count):
                body.skip(8)
                todo.append(body.number(8))
        elif mark == b"SNOD":
            start.skip(2)
            _symbols(group, node + 8, start.number(2), names, found)
        else:
            source.damaged("has a broken table of names")


def _symbols(group: Group, address: int, count: int, names: bytes, found: dict[str, int]) -> None:
    """The entries of one node of symbols."""
    cursor = Cursor(group.source.read(address, 40 * count), group.source)
    for _ in range(count):
        offset, target, cache = cursor.number(8), cursor.number(8), cursor.number(4)
        cursor.skip(20)
        end = names.find(b"\0", offset)
        if offset >= len(names) or not offset < end <= offset + LONGEST_NAME:
            group.source.damaged("has a name that is not where it should be")
        if cache == 2:
            _refuse_link(group, names[offset:end], external=False)
        _add(group, names[offset:end], target, found)
