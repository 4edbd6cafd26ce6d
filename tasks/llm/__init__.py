"""The one door to language models: what is asked, remembered, limited, paid and given up on."""
