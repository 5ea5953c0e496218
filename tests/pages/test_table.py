"""Tables: columns of numbers to the right, names and sentences to the left, nothing breaks out."""

from pages.table import Table, markdown_table

TABLE = Table(
    ["", "vae", "what it is"],
    [["`elbo`", "−133.2", "the bound, higher is better"], ["`kl`", "7", "a|b"]],
)


def test_numbers_stand_to_the_right_names_and_sentences_to_the_left():
    assert TABLE.right == [False, True, False]
    assert Table(["", ""], [["a", "b"]]).right == [False, True]


def test_a_markdown_table_has_a_head_a_rule_and_its_rows():
    assert markdown_table(TABLE) == [
        "|  | vae | what it is |",
        "| --- | ---: | --- |",
        "| `elbo` | −133.2 | the bound, higher is better |",
        "| `kl` | 7 | a\\|b |",
    ]
