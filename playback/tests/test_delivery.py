"""Which places serve an object, for any region, any POPs in any state, and whatever is warm."""

from hypothesis import given
from hypothesis import strategies as st

from playback import delivery
from playback.delivery import Place, Pop

WEB = "https://node.example"
REGIONS = st.sampled_from(["eu", "us", "ap"])
POPS = st.lists(st.tuples(REGIONS, st.booleans()), max_size=6).map(
    lambda rows: [Pop(f"p{n}", region, f"https://p{n}.example", up) for n, (region, up) in enumerate(rows)]
)
WARM = st.sets(st.sampled_from([f"p{n}" for n in range(6)]))
COLD = st.sampled_from(["web", "edge"])

EU, EU2 = Pop("eu-1", "eu", "https://eu-1.example"), Pop("eu-2", "eu", "https://eu-2.example")
US = Pop("us-1", "us", "https://us-1.example")


def names(region: str, pops: list[Pop], cold: str, *warm: str) -> list[str]:
    return [place.edge or place.kind for place in delivery.order(region, pops, web=WEB, cold=cold, warm=warm)]


def test_own_region_comes_first_then_the_others_then_the_web_node() -> None:
    assert names("us", [EU, US], "edge") == ["us-1", "eu-1", "web"]
    assert names("eu", [EU, US], "edge") == ["eu-1", "us-1", "web"]
    assert names("nowhere", [EU, US], "edge") == ["eu-1", "us-1", "web"]


def test_web_node_serves_first_what_is_cold_near_the_listener() -> None:
    assert names("us", [EU, US], "web") == ["web", "us-1", "eu-1"]
    assert names("us", [EU, US], "web", "eu-1") == ["web", "us-1", "eu-1"]
    assert names("us", [EU, US], "web", "us-1") == ["us-1", "eu-1", "web"]
    assert names("eu", [EU, EU2], "web", "eu-2") == ["eu-2", "eu-1", "web"]


def test_where_the_regions_own_pop_is_down_the_next_region_is_near() -> None:
    down = Pop("us-1", "us", "https://us-1.example", up=False)
    assert names("us", [EU, down], "web", "eu-1") == ["eu-1", "web"]


@given(REGIONS, POPS, WARM, COLD)
def test_web_node_is_always_there_once_and_no_pop_that_is_down(
    region: str, pops: list[Pop], warm: set[str], cold: str
) -> None:
    places = delivery.order(region, pops, web=WEB, cold=cold, warm=warm)
    assert [place for place in places if place.kind == "web"] == [Place(WEB, "web")]
    assert {place.edge for place in places} - {""} == {pop.name for pop in pops if pop.up}
    assert len(set(places)) == len(places)
    assert places[0].kind == "edge" or places[-1].kind == "edge" or len(places) == 1


@given(REGIONS, POPS, WARM, COLD)
def test_no_foreign_pop_stands_before_an_own_one(region: str, pops: list[Pop], warm: set[str], cold: str) -> None:
    of = {pop.name: pop.region for pop in pops}
    places = delivery.order(region, pops, web=WEB, cold=cold, warm=warm)
    own = [of[place.edge] == region for place in places if place.edge]
    assert own == sorted(own, reverse=True)


@given(REGIONS, POPS, WARM)
def test_nobody_is_sent_to_a_pop_that_is_cold_down_or_not_the_nearest(
    region: str, pops: list[Pop], warm: set[str]
) -> None:
    found = delivery.warm_near(region, pops, warm)
    near = delivery.near(region, pops)
    assert all(pop.up and pop.name in warm and pop.region == near[0].region for pop in found)


@given(REGIONS, POPS, WARM, COLD)
def test_file_in_place_is_on_the_web_node_alone(region: str, pops: list[Pop], warm: set[str], cold: str) -> None:
    assert delivery.order(region, pops, web=WEB, cold=cold, warm=warm, stored=False) == (Place(WEB, "web"),)
