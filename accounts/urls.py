"""Addresses of the pages of accounts."""

from django.urls import path

from accounts.views import entrance, settings, signins

urlpatterns = [
    path("login", entrance.Login.as_view(), name="login"),
    path("signup", entrance.SignUp.as_view(), name="signup"),
    path("logout", entrance.Logout.as_view(), name="logout"),
    path("settings", settings.settings_page, name="settings"),
    path("settings/language", settings.language, name="language"),
    path("settings/password", settings.password, name="password"),
    path("settings/delete", settings.delete, name="delete-account"),
    path("settings/tokens", signins.make_token, name="make-token"),
    path("settings/tokens/<slug:prefix>/end", signins.end_token, name="end-token"),
    path("settings/browsers/<slug:handle>/end", signins.end_browser, name="end-browser"),
    path("settings/others/end", signins.end_others, name="end-others"),
]
