// SPDX-License-Identifier: Apache-2.0
/** Programs that others wrote, in front of a real server: clients of npm and Python, curl, nginx. */
package dev.perch.programs;
