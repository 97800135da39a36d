set -e
echo checking
.venv/bin/python app.py
