"""The words of the register: code lists, field labels and languages, each said in one place."""
