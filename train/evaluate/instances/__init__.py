"""Figures of boxes and masks: COCO's metrics, and recall and false alarms of defects."""
