"""Where a picture lies: a name that any disk, git, Jekyll and a URL take, of the address alone."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finews_spider.pictures.addresses import MAX_PICTURES, file_of, pictures_of
from tests.support.nonempty import nonempty

SAFE = re.compile(r"[a-z0-9][a-z0-9.-]*(/[a-z0-9][a-z0-9_-]*)*/[a-z0-9][a-z0-9_-]*\.(?:jpg|png|gif|webp|avif)")
DEVICES = re.compile(r"(?:^|/)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:[./]|$)")
ODD = nonempty([
    "p.example/..%2f..%2fetc/passwd.jpg",
    "p.example/../../_posts/a.jpg",
    "p.example/a/./b//c.jpg",
    "p.example/CON/nul.jpg",
    "aux.example/com1.jpg",
    "con/prn",
    "p.example./a.jpg",
    "p..example/.git/config.jpg",
    "p.example/_posts/_a.jpg",
    "p.example/.htaccess",
    "p.example/-rf.jpg",
    "p.example/a.jpg/b.jpg",
    "p.example/a.jpg?x=1&amp;y=2",
    "p.example/?image=1",
    "p.example:8080/a.jpg",
    "[::1]/a.jpg",
    "user@p.example/a.jpg",
    "p.example/图片/一.jpg",
    f"p.example/{'a' * 400}.jpg",
    f"p.example/{'a/' * 200}b.jpg",
    f"{'p' * 300}.example/a.jpg",
    "p.example/a.jpg#x",
    "p.example/a%00.jpg",
    "p.example/a b.jpg",
    "p.example/a.php",
    "p.example/~a~.jpg",
    "p.example/#a.jpg",
    "p.example/a\\..\\b.jpg",
])  # fmt: skip


def post(*addresses: str) -> str:
    return "---\nlayout: post\n---\n" + "".join(f'<p><img src="{address}" alt="" /></p>' for address in addresses)


def test_a_plain_address_is_its_own_name() -> None:
    assert file_of("p.example/download/d25.jpg", "jpg") == "p.example/download/d25.jpg"
    assert file_of("p.example/a_b/c-d.png", "png") == "p.example/a_b/c-d.png"


def test_the_ending_is_that_of_the_bytes() -> None:
    assert re.fullmatch(r"p\.example/a-[0-9a-f]{12}\.png", file_of("p.example/a.jpg", "png"))
    assert re.fullmatch(r"p\.example/a-[0-9a-f]{12}\.jpg", file_of("p.example/a.jpeg", "jpg"))


@pytest.mark.parametrize("address", ODD)
def test_no_name_is_one_that_a_disk_refuses(address: str) -> None:
    name = file_of(address, "jpg")
    assert SAFE.fullmatch(name), name
    assert not DEVICES.search(name)
    assert ".." not in name
    assert len(name) < 600
    assert re.search(r"-?[0-9a-f]{12}\.jpg$", name)


@given(st.text(min_size=1, max_size=80), st.sampled_from(("jpg", "png", "gif", "webp", "avif")))
def test_so_is_none_of_any_address(path: str, ending: str) -> None:
    name = file_of(f"p.example/{path}", ending)
    assert SAFE.fullmatch(name), name
    assert not DEVICES.search(name)


def test_addresses_that_differ_in_case_or_in_what_is_left_out_have_other_names() -> None:
    addresses = ["p.example/a.jpg", "p.example/A.jpg", "p.example/a.jpg?1", "p.example/a.jpg?2", "p.example/a.JPG"]
    addresses += ["p.example/a!.jpg", "p.example/a.jpeg", "p.example/b/a.jpg", "p.example:1/a.jpg"]
    assert len({file_of(address, "jpg").lower() for address in addresses}) == len(addresses)


def test_the_pictures_of_a_post_are_those_of_its_text_in_their_order_and_each_once() -> None:
    text = post("https://p.example/b.jpg", "http://p.example/a.jpg?x=1&amp;y=2", "https://p.example/b.jpg")
    assert list(pictures_of(text)) == [
        ("p.example/b.jpg", "https://p.example/b.jpg"),
        ("p.example/a.jpg?x=1&amp;y=2", "http://p.example/a.jpg?x=1&y=2"),
    ]
    assert list(pictures_of('---\ntitle: <img src="https://p.example/a.jpg"\n---\n<p>文</p>')) == []


def test_of_very_many_the_first_are_taken() -> None:
    many = [f"https://p.example/{number}.jpg" for number in range(MAX_PICTURES + 5)]
    assert [address for _, address in pictures_of(post(*many))] == many[:MAX_PICTURES]
