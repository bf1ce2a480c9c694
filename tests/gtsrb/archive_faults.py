"""Faults of GTSRB's archives, and what `./run prepare` says of each."""

import stat
import zipfile
from functools import partial

from misread.gtsrb import dataset, zips

TRAIN, TEST, LABELS = (archive.name for archive in dataset.ARCHIVES)
TABLE = f"{dataset.TRAIN_ROOT}/00001/GT-00001.csv"
IMAGE = f"{dataset.TRAIN_ROOT}/00001/00001_00003.ppm"
TEST_IMAGE = f"{dataset.TEST_ROOT}/00007.ppm"
TEST_TABLE = dataset.TEST_ANNOTATIONS
HUGE = b"P6\n30000 30000\n255\n"


def contents(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path, members, method=zipfile.ZIP_STORED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def changed(name, member, change, folder, method=zipfile.ZIP_STORED):
    """Change a member, add it (`change` gets None), or remove it (`change` gives None)."""
    members = contents(folder / name)
    members[member] = change(members.get(member)) if callable(change) else change
    pack(folder / name, {key: value for key, value in members.items() if value is not None}, method)


def cut(name, place, folder):
    """Cut an archive off at a part of its length, or at so many bytes from its end."""
    whole = (folder / name).read_bytes()
    (folder / name).write_bytes(whole[: place if place < 0 else int(place * len(whole))])


def flipped(name, old, new, folder, last=False):
    """Change bytes where they first, or last, occur."""
    whole = (folder / name).read_bytes()
    place = whole.rindex(old) if last else whole.index(old)
    (folder / name).write_bytes(whole[:place] + new + whole[place + len(old) :])


def image_flipped(folder):
    flipped(TRAIN, contents(folder / TRAIN)[IMAGE][20:60], bytes(40), folder)


def version_flipped(folder):
    """Change the version of zip that the last member needs."""
    entry = (folder / TEST).read_bytes().rindex(b"PK\x01\x02")
    with open(folder / TEST, "r+b") as file:
        file.seek(entry + 6)
        file.write(b"\xff")


def encrypted(folder):
    """Say in the directory that a member is encrypted."""
    name = (folder / TRAIN).read_bytes().rindex(IMAGE.encode())
    with open(folder / TRAIN, "r+b") as file:
        file.seek(name - 46 + 8)  # an entry has 46 bytes before its name; the flags are at 8
        file.write(b"\x01")


def symbolic_link(folder):
    link = zipfile.ZipInfo(IMAGE)
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    changed(TRAIN, IMAGE, None, folder)
    with zipfile.ZipFile(folder / TRAIN, "a") as archive:
        archive.writestr(link, "/etc/passwd")


def many_members(folder):
    """Add members, as the directory says, none of which is large, but which together are."""
    with zipfile.ZipFile(folder / TEST, "a") as archive:
        for number in range(zips.MAX_ARCHIVE_BYTES // zips.MAX_MEMBER_BYTES + 1):
            member = zipfile.ZipInfo(f"{dataset.TEST_ROOT}/more/{number}.ppm")
            member.header_offset, member.file_size, member.CRC = 0, zips.MAX_MEMBER_BYTES, 0
            archive.filelist.append(member)
        archive._didModify = True  # so that the directory is written anew


def lying(size, folder):
    """Add an image that unpacks to so many bytes, and whose entry in the directory says 2000."""
    changed(TRAIN, IMAGE, bytes(size), folder, zipfile.ZIP_DEFLATED)
    with zipfile.ZipFile(folder / TRAIN, "a") as archive:
        archive.getinfo(IMAGE).file_size = 2000
        archive._didModify = True


def rows(change):
    """Change the lines of a table."""
    return lambda content: "\r\n".join(change(content.decode().splitlines())).encode()


def swapped(folder):
    (folder / TRAIN).rename(folder / "x")
    (folder / TEST).rename(folder / TRAIN)
    (folder / "x").rename(folder / TEST)


def smaller_edition(folder):
    members = contents(folder / TRAIN)
    pack(folder / TRAIN, {name.replace(dataset.TRAIN_ROOT, "GTSRB/Training"): one for name, one in members.items()})


def without_column(lines):
    return [line.rpartition(";")[0] for line in lines]


def with_class_43(lines):
    return [*lines[:-1], lines[-1].rpartition(";")[0] + ";43"]


# fault -> how it is made in the folder of the archives, the archive that the message names, and what it says
FAULTS = {
    "no archive": (lambda folder: (folder / TRAIN).unlink(), TRAIN, "no such file; `dvc repro download` brings it"),
    "an empty file": (partial(cut, TRAIN, 0), TRAIN, "not a readable zip archive, or only a part of one"),
    "text": (lambda folder: (folder / TRAIN).write_text("text"), TRAIN, "not a readable zip archive, or only a part"),
    "cut in the middle": (partial(cut, TRAIN, 0.5), TRAIN, "not a readable zip archive, or only a part of one"),
    "cut in the directory": (partial(cut, LABELS, -50), LABELS, "not a readable zip archive, or only a part of one"),
    "cut by a byte": (partial(cut, TEST, -1), TEST, "not a readable zip archive, or only a part of one"),
    "a member with flipped bytes": (image_flipped, TRAIN, f"'{IMAGE}' is damaged (Bad CRC-32"),
    "a directory with flipped bytes": (
        partial(flipped, TRAIN, b"PK\x01\x02", b"PK\x01\x03", last=True), TRAIN, "not a readable zip archive",
    ),
    "a directory with a flipped version": (version_flipped, TEST, "not a readable zip archive"),
    "a flipped name": (
        partial(flipped, TRAIN, IMAGE.encode(), IMAGE.replace("3", "4").encode(), last=True), TRAIN,
        f"{IMAGE} has an annotation but no file (1 such)",
    ),
    "no members": (lambda folder: pack(folder / LABELS, {}), LABELS, f"file '{TEST_TABLE}' is missing"),
    "a missing image": (partial(changed, TEST, TEST_IMAGE, None), TEST, f"{TEST_IMAGE} has an annotation but no file"),
    "a missing table": (partial(changed, TRAIN, TABLE, None), TRAIN, "00001/00000_00000.ppm has no annotation (60"),
    "an image without a row": (
        partial(changed, TEST, f"{dataset.TEST_ROOT}/99999.ppm", b"x"), TEST, "99999.ppm has no annotation",
    ),
    "a member above": (partial(changed, TRAIN, "../../.bashrc", b"x"), TRAIN, "member '../../.bashrc' has an absolute"),
    "a member above its folder": (partial(changed, TRAIN, "GTSRB/../../x", b"x"), TRAIN, "'GTSRB/../../x' has an abs"),
    "an absolute member": (partial(changed, TEST, "/etc/cron.d/x", b"x"), TEST, "member '/etc/cron.d/x' has an absol"),
    "a member on a drive": (partial(changed, LABELS, "C:\\x", b"x"), LABELS, "'..'"),
    "a symbolic link": (symbolic_link, TRAIN, f"member '{IMAGE}' is a symbolic link"),
    "a rare compression": (
        partial(changed, TRAIN, IMAGE, b"x", method=zipfile.ZIP_BZIP2), TRAIN, "is neither stored nor compressed by",
    ),
    "an encrypted member": (encrypted, TRAIN, f"member '{IMAGE}' is encrypted"),
    "no header before a member": (
        partial(flipped, TRAIN, b"PK\x03\x04", b"PK\x03\x05"), TRAIN, "0/00000_00000.ppm' is damaged (Bad magic number",
    ),
    "a huge member": (
        partial(changed, TRAIN, IMAGE, bytes(zips.MAX_MEMBER_BYTES + 1), method=zipfile.ZIP_DEFLATED), TRAIN,
        f"member '{IMAGE}' would unpack to too many bytes",
    ),
    "many members": (many_members, TEST, ".ppm' would unpack to too many bytes"),
    "a huge member that says it is small": (partial(lying, 1 << 20), TRAIN, f"'{IMAGE}' is damaged (Bad CRC-32"),
    "text as an image": (partial(changed, TRAIN, IMAGE, b"no image"), TRAIN, f"{IMAGE}: broken image ("),
    "a part of an image": (
        partial(changed, TEST, TEST_IMAGE, lambda image: image[:-9]), TEST, f"{TEST_IMAGE}: broken image (",
    ),
    "an empty image": (partial(changed, TRAIN, IMAGE, b""), TRAIN, f"{IMAGE}: broken image ("),
    "an image that says it is huge": (partial(changed, TRAIN, IMAGE, HUGE), TRAIN, f"{IMAGE}: broken image (Image"),
    "an image that says it is large": (
        partial(changed, TRAIN, IMAGE, b"P6\n10000 10000\n255\n"), TRAIN, f"{IMAGE}: broken image (Image size (1",
    ),
    "an image of another size": (
        partial(changed, TRAIN, IMAGE, b"P6\n2 1\n255\n123456"), TRAIN, f"{IMAGE}: the image is 2x1 but its annotation",
    ),
    "an empty table": (partial(changed, TRAIN, TABLE, b""), TRAIN, f"{TABLE}: not a readable annotation file (No col"),
    "a table that is no text": (
        partial(changed, LABELS, TEST_TABLE, bytes(range(256))), LABELS, f"{TEST_TABLE}: not a readable annotation",
    ),
    "a row with too many columns": (
        partial(changed, TRAIN, TABLE, lambda table: table + b"1;2;3;4;5;6;7;8;9\r\n"), TRAIN,
        f"{TABLE}: not a readable annotation file (Error tokenizing data. C error: Expected 8 fields in line 62",
    ),
    "a missing column": (
        partial(changed, LABELS, TEST_TABLE, rows(without_column)), LABELS,
        f"{TEST_TABLE}: column 'ClassId' is missing; expected Filename;Width;",
    ),
    "a value that is no number": (
        partial(changed, TRAIN, TABLE, lambda table: table.replace(b";1\r", b";one\r")), TRAIN,
        f"{TABLE}: column 'ClassId' must hold whole numbers",
    ),
    "an empty cell": (
        partial(changed, LABELS, TEST_TABLE, lambda table: table.replace(b"00007.ppm", b"")), LABELS,
        f"{TEST_TABLE}: column 'Filename' is empty in row 8",
    ),
    "a table without rows": (
        partial(changed, TRAIN, TABLE, rows(lambda lines: lines[:1])), TRAIN, f"{TABLE}: no rows",
    ),
    "class 43": (
        partial(changed, LABELS, TEST_TABLE, rows(with_class_43)), LABELS,
        f"{TEST_TABLE}: 00039.ppm: class out of range 0 to 42 (class_id is 43)",
    ),
    "a class that is not the folder's": (
        partial(changed, TRAIN, TABLE, rows(with_class_43)), TRAIN, "has class 43, not its folder's",
    ),
    "a name of two lines": (
        partial(changed, LABELS, TEST_TABLE, lambda table: table.replace(b"00007.ppm;", b'"00007\n.ppm";')), TEST,
        "00007 .ppm has an annotation but no file",
    ),
    "a row twice": (
        partial(changed, TRAIN, TABLE, rows(lambda lines: [*lines, lines[5]])), TRAIN,
        "00001/00000_00004.ppm: file listed twice",
    ),
    "archives swapped": (swapped, TRAIN, f"no annotations {dataset.TRAIN_ROOT}/CLASS/GT-CLASS.csv in it, but"),
    "the smaller edition": (smaller_edition, TRAIN, "the smaller edition of GTSRB, with 26,640 training images"),
}  # fmt: skip
