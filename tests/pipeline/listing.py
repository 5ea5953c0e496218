"""What lies in a folder."""


def files(folder):
    """Every file under a folder, hidden ones too, and its bytes."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
