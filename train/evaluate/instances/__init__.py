"""How well defects are boxed, outlined and named: COCO's figures, and those a mill asks for."""
