"""Files with exactly one defect, valid files, and who catches what; a corpus to measure speed on."""
