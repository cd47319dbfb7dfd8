import json

from django.http import Http404, JsonResponse

from prescriptions import dosage, files
from prescriptions.models import Prescription


def prescribe(request):
    wanted = json.loads(request.body)
    dosage.check(wanted["drug"], wanted["milligrams"], wanted.get("per_day", 1))
    made = Prescription.objects.create(
        patient=wanted["patient"],
        drug=wanted["drug"],
        milligrams=wanted["milligrams"],
        per_day=wanted.get("per_day", 1),
    )
    return JsonResponse({"number": made.pk}, status=201)


def show(request, number):
    found = Prescription.objects.filter(pk=number).first()
    if found is None:
        raise Http404
    return JsonResponse({"drug": found.drug, "milligrams": found.milligrams, "files": files.names(number)})


def attach(request, number, name):
    size = files.keep(number, name, request.body)
    return JsonResponse({"bytes": size}, status=201)
