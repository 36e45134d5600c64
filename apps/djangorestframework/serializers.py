"""The order of `validate` as serializers, which take what a client sent and give back what is answered.

https://www.django-rest-framework.org/api-guide/serializers/#validation
"""

from decimal import Decimal

from rest_framework import serializers


class CustomerSerializer(serializers.Serializer):
    name = serializers.CharField(max_length=80)
    email = serializers.EmailField(max_length=80)
    country = serializers.RegexField(r"^[A-Z]{2}$", default="DE")


class ItemSerializer(serializers.Serializer):
    sku = serializers.RegexField(r"^[A-Z]{2}-[0-9]{4}$")
    quantity = serializers.IntegerField(min_value=1, max_value=99, default=1)
    price = serializers.DecimalField(min_value=Decimal("0.01"), max_digits=8, decimal_places=2)


class OrderSerializer(serializers.Serializer):
    number = serializers.IntegerField(min_value=1)
    ordered = serializers.DateField()
    deliver = serializers.DateField()
    customer = CustomerSerializer()
    currency = serializers.ChoiceField(choices=["EUR", "GBP", "USD"], default="EUR")
    items = ItemSerializer(many=True, allow_empty=False, max_length=50)
    note = serializers.CharField(max_length=200, allow_blank=True, default="")
    total = serializers.SerializerMethodField()

    def get_total(self, order: dict) -> str:
        return f"{sum(item['quantity'] * item['price'] for item in order['items']):.2f}"
