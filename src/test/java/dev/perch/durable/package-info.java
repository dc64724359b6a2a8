// SPDX-License-Identifier: Apache-2.0
/**
 * What has been acknowledged is there afterwards, whatever happens to the process and its disk. The server runs in a
 * process of its own, from the packaged jar; everything is done to it from outside.
 */
package dev.perch.durable;
