"""Passerelle: where is a credential recognised, for what purpose, and for what credit?"""
