"""csv-reconcile as its own command serves it: Flask's server with a thread for each connection.

python -m benchmarks.beside.csv_reconcile_app FOLDER PORT [FILE]. With FILE, a CSV file with the columns id and title,
its table is built in the folder and nothing is served.
"""

import sys

from csv_reconcile import create_app, initdb
from werkzeug.serving import WSGIRequestHandler

if __name__ == "__main__":
    folder, port, *files = sys.argv[1:]
    app = create_app(instance_path=folder)
    if files:
        with app.app_context():
            initdb.init_db_with_context(files[0], "id", "title")
    else:
        WSGIRequestHandler.protocol_version = "HTTP/1.1"
        WSGIRequestHandler.log_request = lambda *_, **__: None
        app.run(port=int(port))
