"""Addresses of the catalogue, below /catalog/."""

from django.urls import path

from aftersales.catalog.views import masters, prices

app_name = "catalog"
urlpatterns = [
    path("", masters.price_list, name="price_list"),
    path("parts/", masters.parts, name="parts"),
    path("parts/new/", masters.register_part, name="register_part"),
    path("part/<path:number>/change/", masters.change_part, name="change_part"),
    path("part/<path:number>/successor/", masters.supersede, name="supersede"),
    path("part/<path:number>/", masters.part, name="part"),
    path("operations/", masters.operations, name="operations"),
    path("operations/new/", masters.register_operation, name="register_operation"),
    path("operation/<path:code>/change/", masters.change_operation, name="change_operation"),
    path("operation/<path:code>/hours/", masters.set_model_hours, name="set_model_hours"),
    path("operation/<path:code>/", masters.operation, name="operation"),
    path("packages/", masters.packages, name="packages"),
    path("packages/new/", masters.register_package, name="register_package"),
    path("package/<path:code>/change/", masters.change_package, name="change_package"),
    path("prices/", prices.prices, name="prices"),
    path("prices/new/", prices.propose_price, name="propose_price"),
    path("prices/<int:price_id>/review_part_price/", prices.review_price, name="review_price"),
    path(
        "prices/<int:price_id>/reject_part_price/",
        prices.turn_down_price,
        {"step": "reject_part_price"},
        "reject_price",
    ),
    path(
        "prices/<int:price_id>/withdraw_part_price/",
        prices.turn_down_price,
        {"step": "withdraw_part_price"},
        "withdraw_price",
    ),
    path("rates/", prices.rates, name="rates"),
    path("rates/new/", prices.propose_rate, name="propose_rate"),
    path("rates/<int:rate_id>/review_labour_rate/", prices.review_rate, name="review_rate"),
    path(
        "rates/<int:rate_id>/reject_labour_rate/", prices.turn_down_rate, {"step": "reject_labour_rate"}, "reject_rate"
    ),
    path(
        "rates/<int:rate_id>/withdraw_labour_rate/",
        prices.turn_down_rate,
        {"step": "withdraw_labour_rate"},
        "withdraw_rate",
    ),
    path("tax-rates/new/", prices.enter_tax_rate, name="enter_tax_rate"),
]
