"""Legs from coordinates and from tables."""

import pytest

from aftersales.planning.road import CrowRoad, Legs, Place, TableRoad, leg_problems


def test_a_degree_of_latitude_is_111_km_times_the_road_factor():
    legs = CrowRoad(factor=1.5, kmh=60).legs([Place("a", 30.0, 120.0), Place("b", 31.0, 120.0)])
    assert legs.metres[0][1] == pytest.approx(111_195 * 1.5, rel=1e-3)
    assert legs.seconds[0][1] == pytest.approx(legs.metres[0][1] / (60 / 3.6), abs=1)
    assert legs.metres[0][0] == legs.seconds[1][1] == 0


def test_crow_roads_keep_the_triangle_in_whole_seconds():
    places = [Place(str(number), 31 + number * 0.0137, 121 + (number * 7 % 5) * 0.021) for number in range(8)]
    seconds = CrowRoad().legs(places).seconds
    for one in range(8):
        for other in range(8):
            assert all(seconds[one][via] + seconds[via][other] >= seconds[one][other] for via in range(8))


def test_a_place_without_coordinates_is_named():
    with pytest.raises(ValueError, match="nowhere has no coordinates"):
        CrowRoad().legs([Place("nowhere")])


def test_a_table_answers_in_the_asked_order_and_names_what_it_lacks():
    known = Legs(("a", "b", "c"), ((0, 1, 2), (3, 0, 4), (5, 6, 0)), ((0, 10, 20), (30, 0, 40), (50, 60, 0)))
    part = TableRoad(known).legs([Place("c"), Place("a")])
    assert part == Legs(("c", "a"), ((0, 5), (2, 0)), ((0, 50), (20, 0)))
    with pytest.raises(ValueError, match="no d"):
        TableRoad(known).legs([Place("d")])


def test_everything_wrong_with_a_table_is_named():
    legs = Legs(("a", "a", "b"), ((0, 1, -1), (1, 5, 1), (1, 1, 0)), ((0, 1), (1, 0)))
    said = [(problem.subject, problem.sentence.en) for problem in leg_problems(legs)]
    assert said == [
        ("a", "the place is named twice"),
        ("a", "the metres to b are below zero or beyond any road"),
        ("a", "the metres to itself are not zero"),
        ("legs", "the seconds are not a square of 3 by 3"),
    ]
