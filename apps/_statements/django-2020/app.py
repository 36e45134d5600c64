"""An async view of Django as it was when the statement about it was made."""

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import JsonResponse
from django.urls import path
from harness_data import upstream

settings.configure(ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, SECRET_KEY="unused")  # noqa: S106 - signs nothing
application = get_asgi_application()


async def wait(request):
    return JsonResponse(await upstream.awaited(request.GET["key"]))


urlpatterns = [path("wait", wait)]
