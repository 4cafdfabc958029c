"""The front door: its cards lead on."""


def test_a_card_leads_on_wherever_it_is_pressed(visit):
    page = visit()
    card = page.locator("[class*='st-key-card_pooling']")
    box = card.bounding_box()
    card.click(position={"x": box["width"] - 12, "y": box["height"] - 12})
    page.wait_for_url("**/pooling*")
