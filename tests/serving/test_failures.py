from streamlit.testing.v1 import AppTest

from serving.failures import SENTENCE


def page():
    from serving.failures import say_so

    assert say_so(ValueError("a path, /root/secret, and a line of code")) is True


def test_what_went_wrong_is_told_in_one_sentence_of_the_apps_own():
    shown = AppTest.from_function(page).run()
    assert [error.value for error in shown.error] == [SENTENCE]
    assert not shown.exception
    assert "secret" not in SENTENCE
