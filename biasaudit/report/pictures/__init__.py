"""Pictures of a report, one file a kind, drawn with Altair and turned into inline SVG.

Every picture is drawn for three canvases (wide, narrow, small) from typed rows whose texts are
already written; nothing here formats a statistic or decides a verdict.
"""
