"""Draw what each latent axis does."""

from pathlib import Path

from figures import classes as few
from figures import traversal as figures
from figures.png import save
from pipeline.files import atomic_write
from pipeline.params import Style, Traversal
from pipeline.require import require_rows
from pipeline.run import run
from vae import pictures
from vae.files import records
from vae.files.dataset import Classes


def main(decoded: Path, classes: Path, figure: Path, *, traversal: Traversal, style: Style) -> None:
    """One row for each axis, by falling KL; for a conditional model one for each class as well."""
    shown = records.load(pictures.Traversal, decoded)
    known = Classes.load(classes, () if shown.label is None else shown.label)
    rows = None if shown.label is None else [known.names[label] for label in shown.label]
    names = [
        f"$z_{{{axis + 1}}}$   {kl:.2f} nats" for axis, kl in zip(shown.axis, shown.kl, strict=True)
    ]
    each = 1 if rows is None else len(rows)
    require_rows(len(shown.mean), each * len(names), decoded)
    drawn = figures.draw(
        shown.mean,
        names=[name for name in names for _ in range(each)],
        class_names=None if rows is None else rows * len(names),
        active=shown.active.repeat(each),
        limit=traversal.limit,
        title=f"Latent traversals: {decoded.parent.name} on {known.dataset}",
        dpi=style.dpi,
    )
    caption = figures.caption(
        active=int(shown.active.sum()), latent_dim=len(shown.active), conditional=rows is not None
    )
    with atomic_write(figure) as file:
        save(drawn, file, caption + few.sentence(rows or known.names, known.names))


if __name__ == "__main__":
    run(main)
