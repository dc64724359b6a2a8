"""A long-poll loop with nothing but http.client: longpoll.py HOST PORT PATH

Prints a line for each message, and goes on until it is ended.
"""
import http.client
import json
import sys
import time

host, port, path = sys.argv[1:]
cursor = 'start'
connection = http.client.HTTPConnection(host, int(port), timeout=40)
while True:
    try:
        connection.request('GET', path + '?after=' + cursor)
        response = connection.getresponse()
        body = response.read()
    except (http.client.HTTPException, OSError):
        connection.close()
        time.sleep(0.2)
        continue
    if response.status != 200:
        time.sleep(0.2)
        continue
    answer = json.loads(body)
    if 'gap' in answer:
        print('gap', answer['gap'], flush=True)
    for message in answer['messages']:
        print('message', message['data']['message'], flush=True)
    cursor = answer['cursor']
