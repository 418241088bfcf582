from millsight import Inspector, MillsightError, open_bundle

inspector = Inspector(open_bundle("simulated"))
try:
    inspection = inspector.inspect("photo.png")
except MillsightError as error:
    raise SystemExit(f"not inspected: {error}") from None
print("defective" if inspection.defective else "clean", round(inspection.defect_score, 2))
for defect in inspection.defects:
    print(defect.label, round(defect.score, 2), "at x, y, width, height:", defect.box)
