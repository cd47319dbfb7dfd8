import pytest

from prescriptions.dosage import UnsafeDose, check


def test_a_usual_dose_passes():
    check("ibuprofen", 400, 3)


def test_a_dose_over_the_limit_is_refused():
    with pytest.raises(UnsafeDose):
        check("warfarin", 5, 3)
