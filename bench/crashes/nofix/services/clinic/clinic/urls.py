from django.urls import path

from prescriptions import views

urlpatterns = [
    path("prescriptions", views.prescribe),
    path("prescriptions/<int:number>", views.show),
    path("prescriptions/<int:number>/attachments/<slug:name>", views.attach),
]
